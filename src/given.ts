/** Selects fields of an object: those that are present, or those with given names. */

/** The names of fields that may be null or undefined. */
type Missing<Fields> = {
  [Key in keyof Fields]-?: Fields[Key] extends NonNullable<Fields[Key]> ? never : Key;
}[keyof Fields];

/** An object in which the fields that may be null or undefined are optional. */
type Given<Fields> = Omit<Fields, Missing<Fields>> & {
  [Key in Missing<Fields>]?: NonNullable<Fields[Key]>;
};

/**
 * Removes every field that is null or undefined: `{ name, ...given({ zone }) }` has no `zone` if it is null.
 * @returns a new object with the same order of fields.
 */
export function given<const Fields extends object>(fields: Fields): Given<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  ) as Given<Fields>;
}

/** The fields with these names, in this order. Absent fields stay absent. */
export function pick<T extends object, Key extends keyof T>(value: T, ...keys: readonly Key[]): Pick<T, Key> {
  return Object.fromEntries(
    keys.flatMap((key) => (value[key] === undefined ? [] : [[key, value[key]]])),
  ) as Pick<T, Key>;
}
