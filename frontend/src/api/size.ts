import { commonStrings } from '../strings/common';

const MB = 1024 * 1024;

/** Formats a limit as Twilio counts: "5 MB", "500 KB". */
export function formatLimit(bytes: number): string {
  return bytes >= MB
    ? commonStrings.size.megabytes(String(Math.floor(bytes / MB)))
    : commonStrings.size.kilobytes(String(Math.floor(bytes / 1024)));
}
