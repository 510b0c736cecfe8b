/**
 * The form in which names are compared: NFC, then lower case without regard to any locale. What folds
 * alike is the same name.
 */
export const foldName = (name: string): string => name.normalize("NFC").toLowerCase();
