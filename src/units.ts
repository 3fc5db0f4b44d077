/** Units of the code: time in milliseconds, memory in megabytes (1 GB is 1,024 MB). */

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const GIGABYTE = 1_024;
