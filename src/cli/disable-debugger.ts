/**
 * Stops Node from opening its debugger at SIGUSR1: a debugger could read the keys of this process. Imported first,
 * because users send this signal at any time to ask a run for its state.
 */
process.on('SIGUSR1', () => undefined);
