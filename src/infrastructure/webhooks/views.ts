/** Times as they are shown: UTC, to the millisecond. */
export const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

const shown = (column: string, name: string): string =>
  `to_char(${column} at time zone 'UTC', ${INSTANT}) as "${name}"`;

/** The columns of an `EndpointView`; none of them is a secret. */
export const ENDPOINT_VIEW = `endpoint_id as "endpointId", url, events, description, status,
  disabled_reason as "disabledReason", ${shown('disabled_at', 'disabledAt')}, failures,
  ${shown('failing_since', 'failingSince')},
  ${shown(`case when previous_expires_at > now() then previous_expires_at end`, 'previousSecretExpiresAt')},
  ${shown('created_at', 'createdAt')}, ${shown('updated_at', 'updatedAt')}`;

/** The columns of a `DeliveryView`. */
export const DELIVERY_VIEW = `delivery_id as "deliveryId", endpoint_id as "endpointId", message_id as "messageId", type,
  status, attempts as "attemptCount", ${shown('created_at', 'createdAt')},
  ${shown(`case when status = 'pending' then next_attempt_at end`, 'nextAttemptAt')},
  ${shown('settled_at', 'settledAt')}`;

/** The columns of an `AttemptView`. */
export const ATTEMPT_VIEW = `number, ${shown('at', 'at')}, duration_ms as "durationMs",
  status_code as "statusCode", error, response`;
