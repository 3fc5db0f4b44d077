/** The provider saying no: an exact code, and a text for people that nothing may rely on. */
export class Refusal extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
  }
}

/** A required parameter is not there. */
export function missingParameter(parameter: string): Refusal {
  return new Refusal('MissingParameter', `The request is missing a required parameter \`${parameter}\`.`);
}

/** A parameter has the right type, and a value that cannot be. */
export function invalidValue(message: string): Refusal {
  return new Refusal('InvalidParameterValue', message);
}

/** The Redis product's own code for parameters that do not go together. */
export function wrongParameter(message: string): Refusal {
  return new Refusal('InvalidParameter.InvalidParameter', message);
}
