/*
 * Imported before anything that makes the process's logger: what the functions log is of interest only to the
 * tests that set another level first.
 */
process.env["POWERTOOLS_LOG_LEVEL"] ??= "SILENT";
