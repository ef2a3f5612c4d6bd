/** Texts of the sign-in screen. */
import { plural } from './plural';

export const signInStrings = {
  username: 'Username',
  password: 'Password',
  button: 'Sign in',
  busy: 'Signing in…',
  invalid: 'Incorrect username or password.',
  linkInvalid:
    'This sign-in link has expired or was already used. Sign in with your username and password.',
  tooManyAttempts: (seconds: number) =>
    `Too many attempts. Try again in ${plural(seconds, 'second', 'seconds')}.`,
  expired: 'Your session has expired. Sign in again. Your drafts are saved.',
  otherUser:
    'Another user signed in on this browser. Reload to continue as that user, or sign in again.',
};
