/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access -- no types reach a CommonJS file */
module.exports = process.getBuiltinModule("node:http2");
