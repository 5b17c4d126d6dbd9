/** How one part of the service is. `degraded`: it does not keep requests from being served. */
export type Check = {
  readonly name: string;
  readonly status: 'ok' | 'degraded' | 'failed';
  readonly detail: string;
};
