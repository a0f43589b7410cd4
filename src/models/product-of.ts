/**
 * The entry of a table of products.
 * @throws when there is none
 */
export function productOf<Entry>(vendor: string, table: Readonly<Record<string, Entry>>, product: string): Entry {
  const entry = Object.hasOwn(table, product) ? table[product] : undefined;
  if (entry === undefined) {
    throw new Error(`unknown ${vendor} product: got "${product}", expected one of ${Object.keys(table).join(', ')}`);
  }
  return entry;
}
