/** Members, subscription policies and access requests. */
export const accessRoutes = {};
