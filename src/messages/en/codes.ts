/** Every finding code, explained in English. */
import { providerCodes } from './provider-codes.ts';
import { refitCodes } from './refit-codes.ts';
import { usageCodes } from './usage-codes.ts';

export const codes = { ...providerCodes, ...refitCodes, ...usageCodes };
