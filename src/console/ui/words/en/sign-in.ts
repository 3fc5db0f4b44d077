/** Signing in by a provider, in English. The ends of the names are the reasons of the server. */
export const signIn = {
  'signIn.with': 'Sign in with {host}',
  'signIn.about': 'The console shows runs, plans and the fleet to people who are signed in.',
  'signIn.denied': 'The provider did not let you in. Try again, or ask its admin.',
  'signIn.domain': 'Your account has no verified email of a domain that may sign in. Ask an admin.',
  'signIn.expired':
    'This sign-in took too long, was used already, or began in another browser. Sign in again.',
  'signIn.invalid':
    'The answer of the provider did not pass the checks. Sign in again. If it happens again, the log of the console has the reason.',
  'signIn.no-name':
    'Your account has no name that journals can record. Ask an admin to choose another claim in the file of people.',
  'signIn.no-role':
    'You are signed in at the provider, but none of your groups has a role here. Ask an admin for a group.',
  'signIn.unavailable': 'The provider does not answer. Try again in a minute. Who is signed in can work on.',
  'signIn.too-many': 'There were too many attempts from your address. Try again in a minute.',
} as const;
