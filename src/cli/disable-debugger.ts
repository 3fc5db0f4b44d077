/**
 * Node opens its debugger at SIGUSR1 unless somebody listens: for a process that holds keys that is a door for others.
 * Imported first, so that the signal that asks a run how it goes on does nothing else at any time.
 */
process.on('SIGUSR1', () => undefined);
