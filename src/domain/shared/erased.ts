/** Stands where something about a person was, once it was erased. */
export const ERASED = 'erased';
