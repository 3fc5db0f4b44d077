/** Names that can be typed, for help and completion: these load little. */
export { SIGNATURES } from '../cloud/signing/signature.ts';
export { ALL_FAULTS } from '../simulator/world/faults.ts';
