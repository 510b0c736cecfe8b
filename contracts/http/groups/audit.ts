/** What was done, by whom, and what is kept of it outside the table. */
export const auditRoutes = {};
