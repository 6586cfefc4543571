export * from './names.ts';
export * from './duration.ts';
export * from './export-request.ts';
export * from './check-export-request.ts';
export * from './export-job.ts';
export * from './export-status.ts';
export * from './export-failure.ts';
export * from './workflow-id.ts';
