export { HANDING_OVER } from '../run/stop-state.ts';
