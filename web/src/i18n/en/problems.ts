/** By the `code` of a problem: what happened and what to do. Others show the server's own words. */
export const problemsEn = {
  'wrong-credentials': 'Login or password is wrong. Check the keyboard layout and Caps Lock.',
  'locked-out': 'Too many attempts. Wait, or ask an administrator to open the account.',
  'password-expired': 'The temporary password has expired. Ask an administrator for a new one.',
  'directory-account': 'A directory of the company keeps this account: change it there.',
  'directory-away':
    'The directory of the company does not answer. Try again in a minute; accounts of this server work.',
  'directory-password-expired':
    'Your password has expired in the directory of the company. Change it there.',
  'already-exists': 'Something with this value exists already. Choose another value.',
  'in-use': 'It is still used. Remove it from where it is used first.',
  invalid: 'Some values are not accepted. See the marked fields.',
  'not-possible-now': 'This cannot be done in the present state.',
  'not-found': 'It does not exist, or no longer.',
  'offer-gone': 'The call is gone: it rang out, the caller left, or it went to somebody else.',
  'wrong-state': 'This cannot be done with the contact now.',
  'phone-not-connected': 'The phone is not connected. Look at the phone at the top.',
  'topic-and-result-needed': 'Choose the topic and the result.',
  'unknown-topic': 'This topic is no longer in use. Choose another.',
  'no-such-contact': 'This contact is no longer at your desk.',
  'timed-out': 'The server did not answer in time. Look at the screen before trying again.',
  'too-large': 'The file or text is too large.',
  unreachable: 'The server cannot be reached. Check the network; the page tries again by itself.',
  'connection-lost': 'Not done: the connection is lost. Try again when the lamp is green.',
  'no-answer': 'The server did not answer in time. Look at the screen before trying again.',
  'changed-meanwhile':
    'Somebody changed this meanwhile. Reload, look at the change, and repeat yours.',
  'http-403': 'You do not have the right to do this. Ask an administrator.',
  'http-429': 'Too many requests. Wait a moment and try again.',
  'http-503': 'The server has no room now. Try again in a moment.',
  unexpected:
    'Something unexpected happened. Reload the page; if it repeats, tell support what follows.',
  trace: 'Trace {{id}}',
};
