/** The units that the code counts in: milliseconds of time, megabytes (1,024-based) of memory. */

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const GIGABYTE = 1_024;
