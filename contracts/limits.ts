/** The most jobs of one connection at a time. */
export const slotsPerConnection = 4;

/** How long the remote engine may work on one statement of a job; a connection may set less. */
export const statementTimeoutSeconds = 600;
