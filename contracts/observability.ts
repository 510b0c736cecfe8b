/** The service's name in every log line and metric. */
export const serviceName = "reeve";

/** Where the metrics of every function are found; the alarms look here. */
export const metricsNamespace = "Reeve";
