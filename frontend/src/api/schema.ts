// Generated from public/openapi.json by `npm run types`. Do not edit.

export interface paths {
    "/api/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list-conversations"];
        put?: never;
        post: operations["start-conversation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["get-conversation"];
        put?: never;
        post?: never;
        delete: operations["delete-conversation"];
        options?: never;
        head?: never;
        patch: operations["update-conversation"];
        trace?: never;
    };
    "/api/conversations/{id}/consent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list-consent"];
        put?: never;
        post: operations["record-consent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{id}/media": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list-media"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list-messages"];
        put?: never;
        post: operations["send-message"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{id}/messages/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["check-message"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{id}/messages/{message}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["get-message"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{id}/messages/{message}/media/{index}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["get-media"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{id}/messages/{message}/media/{index}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["retry-media"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{id}/messages/{message}/redact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["redact-message"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{id}/messages/{message}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["retry-message"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{id}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["mark-read"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["get-health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/numbers/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["check-number"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list-quarantine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/quarantine/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["release-quarantines"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/quarantine/{id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["release-quarantine"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/senders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list-senders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["sign-in"];
        delete: operations["sign-out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/session/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["refresh-session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sockets/ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["issue-ticket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["create-upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["create-user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An uploaded file to attach to a message. */
        AttachedUpload: {
            /** @description The file name to use instead of the one passed to `create-upload`. */
            name?: string | null;
            /** @description The `upload_id` that `create-upload` returned. */
            upload_id: string;
        };
        /** @description The result of one step. Repeat the call with the cursor until it is null. */
        BulkReleaseResult: {
            /** @description The cursor of the next step; null at the end. */
            cursor: string | null;
            /**
             * Format: int32
             * @description The number of requests released in this step.
             */
            released: number;
            /**
             * Format: int32
             * @description The number of requests in this step that still cannot be processed.
             */
            remaining: number;
        };
        /** @description A reply by a button or a list. */
        Button: {
            /** @description The ID of the selected list item. */
            list_id: string | null;
            /** @description The title of the selected list item. */
            list_title: string | null;
            /** @description The payload of the button, for programs. */
            payload: string | null;
            /** @description The text of the button. */
            text: string | null;
        };
        /**
         * @description The channel of a message.
         * @enum {string}
         */
        Channel: "sms" | "whatsapp" | "messenger" | "rcs" | "client";
        /** @description A message to be checked before it is sent. */
        CheckMessage: {
            /** @description The text. */
            body: string;
            /** @description The attachments. */
            media?: components["schemas"]["CheckedMedia"][];
        };
        /** @description The number to check. */
        CheckNumber: {
            channel?: components["schemas"]["Channel"] | null;
            /** @description The address of the sender. Defaults to the channel's first sender in the contact's country, or to its first. */
            from?: string | null;
            /** @description The phone number as the user typed it. */
            number: string;
        };
        /** @description The send check and the segments of a message. */
        CheckResult: {
            /** @description Whether the message can be sent. */
            decision: components["schemas"]["SendDecision"];
            /** @description Why the message cannot be sent. */
            reasons: components["schemas"]["Reason"][];
            /**
             * Format: date-time
             * @description When the message can be sent, if it must wait.
             */
            retry_at: string | null;
            segments: components["schemas"]["Segments"] | null;
        };
        /** @description An attachment. */
        CheckedMedia: {
            /** @description The media type. */
            content_type: string;
            /**
             * Format: int64
             * @description The size in bytes.
             */
            size: number;
        };
        /** @description The result of checking a number. */
        CheckedNumber: {
            conversation: components["schemas"]["Conversation"] | null;
            /** @description Why the number is invalid, in English. */
            error: string | null;
            /** @description The address of the sender that a new conversation would have. */
            from: string;
            localized_error: components["schemas"]["LocalizedText"] | null;
            number: components["schemas"]["PhoneNumber"] | null;
            /** @description Why this sender cannot send a first message to the number, for example because of its country. */
            reasons: components["schemas"]["Reason"][];
            /** @description Whether the number is valid. */
            valid: boolean;
        };
        /** @description A frame that the page sends. */
        ClientFrame: {
            /** @enum {string} */
            action: "watch";
            /** @description The IDs of the conversations. IDs that do not exist or that the user cannot see are ignored. */
            conversation_ids: string[];
            /**
             * Format: int64
             * @description A number that grows with every frame of the socket.
             */
            sequence: number;
        } | {
            /** @enum {string} */
            action: "ping";
        };
        /** @description The consent state of a conversation. The evidence is in the consent history. */
        Consent: {
            /**
             * Format: date-time
             * @description The time at which the contact expressed it.
             */
            at: string;
            /** @description The source. */
            source: components["schemas"]["ConsentSource"];
            /** @description The state. */
            state: components["schemas"]["ConsentState"];
        };
        /** @description The consent history of a conversation: at most 100 records. */
        ConsentHistory: {
            /** @description The records, the newest first. */
            records: components["schemas"]["ConsentRecord"][];
        };
        /**
         * @description The meaning of a contact's keyword for their consent.
         * @enum {string}
         */
        ConsentKeyword: "stop" | "start" | "help";
        /** @description A consent record: one piece of evidence for consent. */
        ConsentRecord: {
            /**
             * Format: date-time
             * @description When the contact opted in or out.
             */
            at: string;
            /** @description The evidence: the contact's message, Twilio's error, or a user's description. */
            evidence: string | null;
            localized_evidence: components["schemas"]["LocalizedText"] | null;
            /** @description The username of the user who recorded it. */
            recorded_by: string | null;
            /** @description The Twilio SID of the message that is the evidence. */
            sid: string | null;
            /** @description Where the evidence comes from. */
            source: components["schemas"]["ConsentSource"];
            /** @description Whether the contact opted in or out. */
            state: components["schemas"]["ConsentState"];
        };
        /**
         * @description The source of a consent.
         * @enum {string}
         */
        ConsentSource: "keyword" | "opt_out_type" | "twilio" | "event" | "user";
        /**
         * @description The consent that the contact expressed last.
         * @enum {string}
         */
        ConsentState: "opted_in" | "opted_out";
        /** @description A conversation as returned by the API and in live events. */
        Conversation: {
            /** @description The channel of the contact's address. */
            channel: components["schemas"]["Channel"];
            consent: components["schemas"]["Consent"] | null;
            /** @description The contact's name, if an agent has set one. */
            contact_name: string | null;
            /** @description The conversation ID; opaque. */
            conversation_id: string;
            /**
             * Format: date-time
             * @description The time at which the conversation was created.
             */
            date_created: string;
            /**
             * Format: date-time
             * @description The time of the last activity.
             */
            date_updated: string;
            /** @description The inbox of the conversation. */
            inbox: string;
            /** @description The contact address, as Twilio writes it. */
            mobile_number: string;
            /** @description The agents' note about the contact. */
            note: string | null;
            /** @description The contact's number in display forms. */
            phone_number: components["schemas"]["PhoneNumber"];
            preview: components["schemas"]["Preview"] | null;
            /** @description The contact's profile name on WhatsApp. */
            profile_name: string | null;
            /**
             * Format: int64
             * @description The revision, which increases by one with every write. The version with the higher revision is newer.
             */
            rev: number;
            /** @description Open or closed. */
            status: components["schemas"]["ConversationStatus"];
            /** @description The business address, as Twilio writes it. */
            twilio_number: string;
            /**
             * Format: int64
             * @description The number of inbound messages since an agent last read the conversation.
             */
            unread_count: number;
            /**
             * Format: date-time
             * @description Since when the contact waits for an answer; absent if they do not wait.
             */
            waiting_since: string | null;
            /**
             * Format: date-time
             * @description The end of the 24-hour window (WhatsApp and Messenger); absent if there is no window.
             */
            window_expires_at: string | null;
        };
        /** @description A page of conversations. */
        ConversationList: {
            /** @description The conversations, the newest first, or by `sort`. */
            conversations: components["schemas"]["Conversation"][];
            counts: components["schemas"]["ListCounts"] | null;
            /** @description The cursor of the next page; null at the end. */
            cursor: string | null;
            /** @description Whether more than 200 conversations wait, so that `sort=longest_waiting` could not sort all of them. */
            incomplete: boolean;
        };
        /**
         * @description The status of a conversation.
         * @enum {string}
         */
        ConversationStatus: "open" | "closed";
        /** @description A number of conversations. */
        Count: {
            /** @description The number, at most 99 without a channel. */
            count: number;
            /** @description Whether there may be more. */
            more: boolean;
        };
        /** @description The file to upload. */
        CreateUpload: {
            /** @description The media type. */
            content_type: string;
            /** @description The ID of the conversation to which the file will be sent. */
            conversation_id: string;
            /**
             * @description The first bytes of the file in base64, at most 16 KB. With them, a file that the channel does not accept is
             *     rejected before the upload, and the type is decided from the content.
             */
            first_bytes?: string | null;
            /** @description The last bytes of the file in base64, at most 24 KB, if it is longer than `first_bytes`. */
            last_bytes?: string | null;
            /** @description The file name. */
            name: string;
            /**
             * Format: int64
             * @description The size in bytes.
             */
            size: number;
        };
        /** @description The user to create. */
        CreateUser: {
            /** @description The display name. Defaults to the sign-in name. */
            display_name?: string | null;
            /** @description The password: at least 10 characters and at most 512 bytes. */
            password: string;
            /** @description The role. */
            role: components["schemas"]["Role"];
            /** @description The sign-in name. */
            username: string;
        };
        /**
         * @description A delivery status, as Twilio reports it.
         * @enum {string}
         */
        DeliveryStatus: "receiving" | "accepted" | "scheduled" | "queued" | "sending" | "sent" | "partially_delivered" | "delivered" | "undelivered" | "failed" | "canceled" | "received" | "read";
        /**
         * @description The direction of a message.
         * @enum {string}
         */
        Direction: "inbound" | "outbound";
        /**
         * @description The status of a message that the UI shows.
         * @enum {string}
         */
        DisplayStatus: "received" | "queued" | "sending" | "sent" | "delivered" | "read" | "undelivered" | "failed" | "canceled" | "rejected" | "unconfirmed" | "unknown";
        /**
         * @description A filter of the conversation list.
         * @enum {string}
         */
        Filter: "open" | "unread" | "waiting" | "closed" | "all";
        /**
         * @description How often a message was forwarded.
         * @enum {string}
         */
        Forwarded: "once" | "often";
        /** @description The health of Partyline. */
        Health: {
            /** @description Always `ok`. */
            status: string;
            /** @description The version of Partyline. */
            version: string;
        };
        /** @description The empty request body. */
        IssueTicket: Record<string, never>;
        /** @description A ticket that opens one socket. */
        IssuedTicket: {
            /**
             * Format: int64
             * @description Seconds until the ticket expires.
             */
            expires_in: number;
            /** @description The ticket. Offer it as the subprotocol `t.{ticket}`, together with `partyline.v1`. */
            ticket: string;
            /** @description The URL of the WebSocket. */
            url: string;
        };
        /** @description How many conversations of the inbox are in which list. */
        ListCounts: {
            /** @description Those with unread messages. */
            unread: components["schemas"]["Count"];
            /** @description Those that are unread or whose contact waits for an answer. */
            waiting: components["schemas"]["Count"];
        };
        /**
         * @description A live event: one change.
         *
         *     Live events can be applied in any order and repeatedly; the resulting state is the same.
         */
        LiveEvent: {
            /** @description The conversation. */
            conversation: components["schemas"]["Conversation"];
            /** @enum {string} */
            type: "conversation";
        } | {
            /** @description The message. */
            message: components["schemas"]["Message"];
            /** @enum {string} */
            type: "message";
        } | {
            /** @description The conversation ID. */
            conversation_id: string;
            /** @description The ID of the message. */
            message_id: string;
            state: components["schemas"]["OutboxState"] | null;
            /** @enum {string} */
            type: "outbox";
            /**
             * Format: int64
             * @description The version. Every state change increases it by one.
             */
            version: number;
        } | {
            /** @description The conversation IDs. */
            conversation_ids: string[];
            /** @enum {string} */
            type: "reload";
        };
        /** @description A frame with the live events of one batch. */
        LiveFrame: {
            /** @description The live events. */
            events: components["schemas"]["LiveEvent"][];
        };
        /** @description A localized text as the API returns it, next to its English text. */
        LocalizedText: {
            /** @description The key, for example `conversation.missing`. It does not change with the wording. */
            key: string;
            /** @description The values of the text, by name. */
            values: {
                [key: string]: components["schemas"]["TextValue"];
            };
        };
        /** @description A location that the contact sent. */
        Location: {
            /** @description The postal address. */
            address: string | null;
            /** @description The name of the location. */
            label: string | null;
            /** @description The latitude in degrees, as Twilio wrote it. */
            latitude: string;
            /** @description The longitude in degrees, as Twilio wrote it. */
            longitude: string;
        };
        /** @description The revision of the conversation that the user has read. */
        MarkRead: {
            /**
             * Format: int64
             * @description The conversation's `rev`. The conversation is marked read only if it has not changed since.
             */
            rev: number;
        };
        /** @description A media item of a message. */
        Media: {
            /** @description The content type. It is decided from the first bytes once the file is stored. */
            content_type: string;
            error: components["schemas"]["MediaError"] | null;
            /** @description The position in the message, from 0. */
            index: number;
            /** @description How the page shows it. */
            kind: components["schemas"]["MediaKind"];
            /** @description The file name, if there is one. */
            name: string | null;
            /**
             * Format: int64
             * @description The size in bytes, once the file is stored.
             */
            size: number | null;
            /** @description The state. */
            state: components["schemas"]["MediaState"];
        };
        /** @description A temporary download URL of an attachment. */
        MediaDownload: {
            /** @description The media type, detected from the content. */
            content_type: string;
            /**
             * Format: date-time
             * @description When the URL expires.
             */
            expires_at: string;
            /** @description The file name, if known. */
            name: string | null;
            /** @description The path to download, relative to this origin. */
            url: string;
        };
        /**
         * @description Why a file could not be fetched.
         * @enum {string}
         */
        MediaError: "too_large" | "forbidden_address" | "not_found" | "unreachable" | "interrupted";
        /** @description An attachment and its message. */
        MediaItem: {
            /** @description The media type, detected from the content once the file is stored. */
            content_type: string;
            /**
             * Format: date-time
             * @description When the message was created.
             */
            date_created: string;
            error: components["schemas"]["MediaError"] | null;
            /** @description The position in the message, starting at 0. */
            index: number;
            /** @description The kind of file, which decides how the page shows it. */
            kind: components["schemas"]["MediaKind"];
            /** @description The ID of the message. */
            message_id: string;
            /** @description The file name, if known. */
            name: string | null;
            /**
             * Format: int64
             * @description The size in bytes, if known.
             */
            size: number | null;
            /** @description Whether the file is pending, stored or failed. */
            state: components["schemas"]["MediaState"];
        };
        /**
         * @description How the page shows a media item.
         * @enum {string}
         */
        MediaKind: "image" | "audio" | "video" | "contact" | "document";
        /** @description A page of a conversation's attachments. */
        MediaList: {
            /** @description The cursor of the next page; null at the end. */
            cursor: string | null;
            /** @description The attachments, the newest first. A page can be empty and still have a cursor. */
            media: components["schemas"]["MediaItem"][];
        };
        /**
         * @description The state of a media item, as the API shows it.
         * @enum {string}
         */
        MediaState: "pending" | "stored" | "failed";
        /** @description A message as returned by the API and in live events. */
        Message: {
            /** @description The display name of the user who sent it, for an outbound message. */
            author: string | null;
            /** @description The text. */
            body: string;
            /** @description The conversation ID. */
            conversation_id: string;
            /**
             * Format: date-time
             * @description The time at which the message was stored.
             */
            date_created: string;
            /** @description The direction. */
            direction: components["schemas"]["Direction"];
            error: components["schemas"]["MessageError"] | null;
            /** @description What the message contains besides text and media. */
            extras: components["schemas"]["MessageExtras"];
            /** @description The idempotency key of the send, for an outbound message. */
            idempotency_key: string | null;
            /** @description The media, in order. */
            media: components["schemas"]["Media"][];
            /** @description The message ID: a ULID, which sorts by time. */
            message_id: string;
            /** @description The contact address, as Twilio writes it. */
            mobile_number: string;
            outbox: components["schemas"]["OutboxEntry"] | null;
            price: components["schemas"]["Price"] | null;
            /** @description Whether the text and media were deleted. */
            redacted: boolean;
            /** @description The ID of the new message that a retry of this one created. */
            retried_by: string | null;
            /**
             * Format: int64
             * @description The revision. Every write except a delivery status increases it by one.
             */
            rev: number;
            /**
             * Format: int32
             * @description The number of segments, as Twilio counted them.
             */
            segments: number | null;
            send_result: components["schemas"]["SendResult"] | null;
            /** @description The SID at Twilio, if known. */
            sid: string | null;
            /** @description Whether a message from an RCS sender was sent as an SMS. */
            sms_fallback: boolean;
            /** @description The status that the UI shows. */
            status: components["schemas"]["DisplayStatus"];
            /** @description All reported delivery statuses. A new report is merged in and never removes an earlier one. */
            statuses: {
                [key: string]: components["schemas"]["StatusRecord"];
            };
            /** @description The business address, as Twilio writes it. */
            twilio_number: string;
        };
        /** @description An explanation of an error code. */
        MessageError: {
            /** @description What to do. */
            advice: string;
            /**
             * Format: int32
             * @description Twilio's error code.
             */
            code: number;
            localized_advice: components["schemas"]["LocalizedText"] | null;
            localized_title: components["schemas"]["LocalizedText"] | null;
            /** @description Whether sending the message again may succeed. */
            retryable: boolean;
            /** @description What happened. */
            title: string;
        };
        /** @description What a message contains besides text and media. */
        MessageExtras: {
            button: components["schemas"]["Button"] | null;
            forwarded: components["schemas"]["Forwarded"] | null;
            location: components["schemas"]["Location"] | null;
            /** @description Whether its text may be a request to opt out. A user decides. */
            may_be_opt_out: boolean;
            opt_out: components["schemas"]["ConsentKeyword"] | null;
            /** @description The addresses of the other recipients of a group MMS. */
            other_recipients: string[];
            referral: components["schemas"]["Referral"] | null;
            reply_to: components["schemas"]["ReplyTo"] | null;
        };
        /** @description A page of a thread. */
        MessageList: {
            /** @description The ID of the last deleted message. Messages at or before it are not returned. */
            deleted_through: string | null;
            /** @description The messages, the oldest first. */
            messages: components["schemas"]["Message"][];
            /** @description The cursor for newer messages. */
            newer_cursor: string | null;
            /** @description The cursor for older messages; null at the beginning of the thread. */
            older_cursor: string | null;
        };
        /** @description The outbox entry of a message as returned by the API. */
        OutboxEntry: {
            /** @description The state of the entry. */
            state: components["schemas"]["OutboxState"];
            /**
             * Format: int64
             * @description The version. Every state change increases it by one.
             */
            version: number;
        };
        /**
         * @description The state of an outbox entry.
         * @enum {string}
         */
        OutboxState: "ready" | "claimed" | "deferred" | "unknown";
        /** @description A phone number as returned by the API. */
        PhoneNumber: {
            /** @description The number in E.164, for example `+12065551212`. */
            e164: string;
            /** @description The number in its national format, for example `(206) 555-1212`. */
            national: string;
            /** @description The country as two capital letters (ISO 3166), if the number belongs to one. */
            region: string | null;
        };
        /** @description The last message of a conversation. */
        Preview: {
            /**
             * Format: date-time
             * @description The time of the message.
             */
            at: string;
            /** @description The beginning of the text, at most 100 bytes. A shortened text ends with "…". */
            body: string;
            /** @description The direction of the message. */
            direction: components["schemas"]["Direction"];
            media: components["schemas"]["MediaKind"] | null;
            /** @description The number of media items. */
            media_count: number;
        };
        /** @description The price of a message, as Twilio reports it. */
        Price: {
            /** @description The amount as a decimal number; negative for a charge. */
            amount: string;
            /** @description The currency (ISO 4217), in lower or upper case as Twilio wrote it. */
            unit: string;
        };
        /** @description The body of every error response (RFC 9457). */
        Problem: {
            /** @description The error as a stable code. */
            code: string;
            /** @description The current state of the conversation, on a conflict. */
            current?: components["schemas"]["Conversation"];
            /** @description What happened and what to do, in English. */
            detail: string;
            /** @description The sentences of `detail`, in order, each with its key and values for translation. */
            localized_detail: components["schemas"]["LocalizedText"][];
            /** @description Why the message cannot be sent. */
            reasons?: components["schemas"]["Reason"][];
            /**
             * Format: int32
             * @description The HTTP status code.
             */
            status: number;
            /** @description A short summary of the kind of error. */
            title: string;
            /** @description Always `about:blank`; `code` identifies the error. */
            type: string;
        };
        /** @description A quarantined request. */
        QuarantineItem: {
            /** @description The beginning of the body as text, at most 8 KB. Invalid UTF-8 is replaced. */
            body: string;
            /** @description The `Content-Type` header. */
            content_type: string | null;
            /**
             * Format: int64
             * @description How many times the request was received.
             */
            count: number;
            /**
             * Format: date-time
             * @description When it was first received.
             */
            date_created: string;
            /**
             * Format: date-time
             * @description When it was last received.
             */
            date_updated: string;
            /** @description The reason in English. */
            detail: string;
            /** @description The SHA-256 of the whole body, hex. */
            hash: string;
            /**
             * Format: int64
             * @description The length of the whole body, in bytes.
             */
            length: number;
            localized_detail: components["schemas"]["LocalizedText"] | null;
            /** @description The path of the request. */
            path: string;
            /** @description The ID of the quarantine entry. */
            quarantine_id: string;
            /** @description The reason as a stable code. */
            reason: string;
            /** @description Whether the Twilio signature is valid. */
            signed: boolean;
            /** @description Whether the request was too large to store in full, so that it cannot be released. */
            truncated: boolean;
        };
        /** @description A page of quarantined requests. */
        QuarantineList: {
            /** @description The cursor of the next page; null at the end. */
            cursor: string | null;
            /** @description The requests, the newest first. */
            items: components["schemas"]["QuarantineItem"][];
        };
        /** @description A reason against sending, as the API returns it. */
        Reason: {
            /** @description Advice for the user, in English. */
            advice: string;
            /** @description The code, for programs. */
            code: components["schemas"]["ReasonCode"];
            /** @description The same advice by its key. */
            localized_advice: components["schemas"]["LocalizedText"];
            /** @description The same text by its key. */
            localized_text: components["schemas"]["LocalizedText"];
            /** @description What prevents the send, in English. */
            text: string;
        };
        /**
         * @description The code of a reason against sending.
         * @enum {string}
         */
        ReasonCode: "opted_out" | "window_closed" | "empty" | "too_long" | "media_not_allowed" | "media_too_large" | "too_many_media" | "country_not_allowed" | "user_rate_limit" | "sender_rate_limit" | "no_replies" | "sender_unavailable";
        /** @description Consent that the contact gave or withdrew outside of Partyline. */
        RecordConsent: {
            /** @description How and where the contact opted in or out, at most 1,000 characters. Required without `message_id`. */
            evidence?: string | null;
            /** @description The message in which the contact did so. Required without `evidence`. */
            message_id?: string | null;
            /** @description Whether the contact opted in or out. */
            state: components["schemas"]["ConsentState"];
        };
        /** @description The empty request body. */
        RedactMessage: Record<string, never>;
        /** @description The advertisement or post from which the contact started to write. */
        Referral: {
            /** @description The text. */
            body: string | null;
            /** @description The headline. */
            headline: string | null;
            /** @description The URL, with the scheme `http` or `https`. */
            url: string | null;
        };
        /**
         * @description The empty request body. The cookie identifies the session. JSON is required so that a form of another site
         *     cannot send the request.
         */
        RefreshSession: Record<string, never>;
        /** @description The empty request body. */
        ReleaseQuarantine: Record<string, never>;
        /** @description The requests to release. */
        ReleaseQuarantines: {
            /** @description The cursor of the previous response. */
            cursor?: string | null;
            /** @description The reason, as `list-quarantine` returns it. */
            reason: string;
        };
        /** @description The result of a release. */
        ReleaseResult: {
            message: components["schemas"]["Message"] | null;
            /** @description Always true. */
            released: boolean;
        };
        /** @description The message that this one replies to. */
        ReplyTo: {
            /** @description The ID of that message in this conversation, if known. */
            message_id: string | null;
            /** @description The SID of that message. */
            sid: string;
        };
        /** @description A request to send a failed message again. */
        RetryMessage: {
            /** @description The idempotency key of this action: 8 to 64 of `[A-Za-z0-9_-]`. A key sends one message. */
            idempotency_key: string;
        };
        /**
         * @description The role of a user.
         * @enum {string}
         */
        Role: "admin" | "agent";
        /** @description The number of segments of a text, and what it depends on. */
        Segments: {
            /**
             * Format: int32
             * @description The number of user-perceived characters (graphemes).
             */
            characters: number;
            /**
             * Format: int32
             * @description The number of segments. An empty SMS counts as one.
             */
            count: number;
            /** @description The encoding. */
            encoding: components["schemas"]["SmsEncoding"];
            /**
             * Format: int32
             * @description The number of free units in the last segment.
             */
            remaining_units: number;
            smart_encoded: components["schemas"]["SmartEncoded"] | null;
            /** @description The first 20 characters that require UCS-2. */
            ucs2_characters: components["schemas"]["Ucs2Character"][];
            /**
             * Format: int32
             * @description The length in septets, UTF-16 units or bytes, depending on the encoding.
             */
            units: number;
        };
        /**
         * @description The decision of a send check.
         * @enum {string}
         */
        SendDecision: "allowed" | "wait" | "template_required" | "denied";
        /** @description The message to send. */
        SendMessage: {
            /** @description The text: 1 to 1,600 characters, or empty if files are attached. */
            body?: string;
            /** @description The idempotency key of this action: 8 to 64 of `[A-Za-z0-9_-]`. A key sends one message. */
            idempotency_key: string;
            /** @description The uploaded files to attach, at most ten. */
            media?: components["schemas"]["AttachedUpload"][];
        };
        /** @description The result of creating a message at Twilio. Delivery statuses are kept separately, in `statuses`. */
        SendResult: {
            /** @enum {string} */
            kind: "accepted";
        } | {
            /**
             * Format: int32
             * @description Twilio's error code.
             */
            code: number;
            /** @enum {string} */
            kind: "rejected";
        } | {
            /** @enum {string} */
            kind: "unconfirmed";
        };
        /** @description A sender: an address that messages are sent from. */
        Sender: {
            /** @description The address as Twilio writes it. */
            address: string;
            /** @description The channel. */
            channel: components["schemas"]["Channel"];
            /** @description The inbox of its conversations. */
            inbox: string;
            /** @description The display name. */
            name: string;
            /** @description The address for display. */
            number: components["schemas"]["PhoneNumber"];
        };
        /** @description The senders that the user can send from. */
        SenderList: {
            /** @description The senders, in the order of the configuration. */
            senders: components["schemas"]["Sender"][];
        };
        /** @description A session as the page receives it. */
        Session: {
            /** @description The token for `Authorization: Bearer`. */
            access_token: string;
            /**
             * Format: int64
             * @description Seconds until the access token expires.
             */
            expires_in: number;
            /** @description The signed-in user. */
            user: components["schemas"]["SignedInUser"];
        };
        /** @description The credentials: a username and password, or the token of a sign-in link. */
        SignIn: {
            /** @description The token of a one-time sign-in link, instead of a username and password. */
            link_token?: string | null;
            /** @description The password. */
            password?: string | null;
            /** @description The sign-in name. */
            username?: string | null;
        };
        /** @description The signed-in user. */
        SignedInUser: {
            /** @description The display name. */
            display_name: string;
            /** @description The role. */
            role: components["schemas"]["Role"];
            /** @description The sign-in name. */
            username: string;
        };
        /** @description A text after Smart Encoding. */
        SmartEncoded: {
            /** @description The text. */
            body: string;
            /**
             * Format: int32
             * @description The number of segments.
             */
            count: number;
        };
        /**
         * @description The encoding of a text in transit.
         * @enum {string}
         */
        SmsEncoding: "gsm7" | "ucs2" | "utf8";
        /** @description The contact to write to, and the sender to write from. */
        StartConversation: {
            channel?: components["schemas"]["Channel"] | null;
            /** @description The contact's name. */
            contact_name?: string | null;
            /** @description The address of the sender. Defaults to the channel's first sender in the contact's country, or to its first. */
            from?: string | null;
            /** @description The phone number as the user typed it. */
            to: string;
        };
        /** @description The record of one reported status. */
        StatusRecord: {
            /**
             * Format: date-time
             * @description The time at which the first report arrived.
             */
            at: string;
            /**
             * Format: int32
             * @description The error code that Twilio reported with the status.
             */
            error_code?: number;
        };
        /** @description A value in a localized text, unformatted. The translation formats it and chooses plural forms. */
        TextValue: number | string;
        /** @description A character that is not in GSM-7, so that the whole text needs UCS-2. */
        Ucs2Character: {
            /** @description The character. */
            character: string;
            /** @description Its position in the text, in UTF-16 units as in JavaScript. */
            index: number;
            /** @description Its replacement in Twilio's Smart Encoding, if there is one. */
            replacement: string | null;
        };
        /** @description The changes to a conversation, all of them or none. A new name or note requires the previous one. */
        UpdateConversation: {
            /** @description The new name. An empty string removes the name. */
            contact_name?: string | null;
            /** @description The new note. An empty string removes the note. */
            note?: string | null;
            /** @description The name before the change; absent if the contact had no name. */
            previous_contact_name?: string | null;
            /** @description The note before the change; absent if the contact had no note. */
            previous_note?: string | null;
            /**
             * Format: int64
             * @description The conversation's `rev`. If set, nothing changes unless the conversation is as it was shown.
             */
            rev?: number | null;
            status?: components["schemas"]["ConversationStatus"] | null;
            /** @description `true` marks the conversation unread. Requires `rev`. */
            unread?: boolean | null;
            /** @description `false` says that no reply is needed. Requires `rev`. */
            waiting?: boolean | null;
        };
        /** @description The URL to which the browser uploads a file. */
        UploadTarget: {
            /**
             * Format: date-time
             * @description When the URL expires.
             */
            expires_at: string;
            /** @description The headers that the PUT request must have. */
            headers: {
                [key: string]: string;
            };
            /** @description The ID to pass to `send-message`. */
            upload_id: string;
            /** @description The path for the PUT request, relative to this origin. */
            url: string;
        };
        /** @description A user. */
        UserView: {
            /** @description The display name. */
            display_name: string;
            /** @description The role. */
            role: components["schemas"]["Role"];
            /** @description The sign-in name. */
            username: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    "list-conversations": {
        parameters: {
            query?: {
                /** @description `open` by default */
                filter?: components["schemas"]["Filter"];
                /** @description Only conversations on this channel; a page can then be short or empty and still have a cursor */
                channel?: components["schemas"]["Channel"];
                /** @description `longest_waiting`, only with `filter=waiting`: at most 200 conversations, the longest waiting first, in one page */
                sort?: string;
                /** @description Whether to count the lists of the inbox, on `channel` if given */
                counts?: boolean;
                /** @description The start of a word of the name, or the start or end of the number; at least 2 characters */
                search?: string;
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationList"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "start-conversation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StartConversation"];
            };
        };
        responses: {
            /** @description Conversation already existed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description Conversation created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-conversation": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "delete-conversation": {
        parameters: {
            query?: {
                /** @description The conversation's `rev`; if set, the conversation is deleted only if it has not changed since */
                rev?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted; the messages are being erased */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "update-conversation": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateConversation"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-consent": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsentHistory"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "record-consent": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecordConsent"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-media": {
        parameters: {
            query?: {
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MediaList"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-messages": {
        parameters: {
            query?: {
                before?: string;
                after?: string;
                /** @description The ID of the message at the center of the page */
                around?: string;
                /** @description Only messages with these words; a request reads at most 200 messages, so a page can be short or empty and still have an older cursor */
                search?: string;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageList"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "send-message": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SendMessage"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "check-message": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CheckMessage"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckResult"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-message": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                message: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-media": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                message: string;
                index: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MediaDownload"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "retry-media": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                message: string;
                index: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "redact-message": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                message: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RedactMessage"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "retry-message": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                message: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RetryMessage"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "mark-read": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MarkRead"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "check-number": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CheckNumber"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckedNumber"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-quarantine": {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuarantineList"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "release-quarantines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReleaseQuarantines"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkReleaseResult"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "release-quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReleaseQuarantine"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleaseResult"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-senders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SenderList"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "sign-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "refresh-session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshSession"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "issue-ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IssueTicket"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedTicket"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "create-upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateUpload"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadTarget"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "create-user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateUser"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description Error; `detail` describes the cause */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
