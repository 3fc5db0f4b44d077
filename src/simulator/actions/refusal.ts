/** A refusal by the provider: an exact code, and a text for people that no code may depend on. */
export class Refusal extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
  }
}

/** A required parameter is missing. */
export function missingParameter(parameter: string): Refusal {
  return new Refusal('MissingParameter', `The request is missing a required parameter \`${parameter}\`.`);
}

/** A parameter has the right type and an invalid value. */
export function invalidValue(message: string): Refusal {
  return new Refusal('InvalidParameterValue', message);
}

/** The Redis product's own code for parameters that contradict each other. */
export function wrongParameter(message: string): Refusal {
  return new Refusal('InvalidParameter.InvalidParameter', message);
}
