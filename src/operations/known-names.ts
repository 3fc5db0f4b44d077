/** Names for help and completion. These modules load fast. */
export { SIGNATURES } from '../cloud/signing/signature.ts';
export { ALL_FAULTS } from '../simulator/world/faults.ts';
export { ORDER_NUMBER_SCHEMES } from '../simulator/world/order-numbers.ts';
