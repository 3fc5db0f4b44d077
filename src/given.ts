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
  const found: Partial<Fields> = {};
  for (const key of Object.keys(fields) as (keyof Fields)[])
    if (fields[key] !== null && fields[key] !== undefined) found[key] = fields[key];
  return found as Given<Fields>;
}

/** The fields with these names, in this order. Absent fields stay absent. */
export function pick<T extends object, Key extends keyof T>(value: T, ...keys: readonly Key[]): Pick<T, Key> {
  const found: Partial<T> = {};
  for (const key of keys) if (value[key] !== undefined) found[key] = value[key];
  return found as Pick<T, Key>;
}
