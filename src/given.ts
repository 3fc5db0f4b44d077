/** Some of the fields of an object: those that are there, or those that are wanted. */

/** The names of the fields that may be null or undefined. */
type Missing<Fields> = {
  [Key in keyof Fields]-?: Fields[Key] extends NonNullable<Fields[Key]> ? never : Key;
}[keyof Fields];

/** An object with these fields that leaves out each one that may be null or undefined. */
type Given<Fields> = Omit<Fields, Missing<Fields>> & {
  [Key in Missing<Fields>]?: NonNullable<Fields[Key]>;
};

/**
 * Leaves out every field that is null or undefined: `{ name, ...given({ zone }) }` has no `zone` where there is none.
 * @returns a new object; the order of the fields stays.
 */
export function given<const Fields extends object>(fields: Fields): Given<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  ) as Given<Fields>;
}

/** The fields with these names, in this order; one that is absent stays absent. */
export function pick<T extends object, Key extends keyof T>(value: T, ...keys: readonly Key[]): Pick<T, Key> {
  return Object.fromEntries(
    keys.flatMap((key) => (value[key] === undefined ? [] : [[key, value[key]]])),
  ) as Pick<T, Key>;
}
