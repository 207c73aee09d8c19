// What a cache may be asked to keep of each entry, beside its key and value.

/** The names, as the command line knows them. */
export const columnNames = ['ttl', 'size'] as const;

/** Columns that caches are measured with. */
export type Columns = readonly (typeof columnNames)[number][];
