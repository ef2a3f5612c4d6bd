import { appStrings } from '../strings/app';

const MB = 1024 * 1024;

/** Formats a limit as Twilio counts: "5 MB", "500 KB". */
export function formatLimit(bytes: number): string {
  return bytes >= MB
    ? appStrings.size.megabytes(String(Math.floor(bytes / MB)))
    : appStrings.size.kilobytes(String(Math.floor(bytes / 1024)));
}
