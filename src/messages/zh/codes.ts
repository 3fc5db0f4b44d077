/** Every finding code, explained in Chinese. */
import type { CodeTexts } from '../codes.ts';
import { providerCodes } from './provider-codes.ts';
import { refitCodes } from './refit-codes.ts';
import { usageCodes } from './usage-codes.ts';

export const codes: CodeTexts = { ...providerCodes, ...refitCodes, ...usageCodes };
