import type { WaitingFacts } from '../infrastructure/waiting-facts.ts';
import { countCheck, LIMITS, type DoctorCheck } from './doctor-checks.ts';

/** What the service leaves to people. */
export const waitingChecks = ({
  deadLetters,
  providerWebhooks,
  disabledEndpoints,
  breaks,
}: WaitingFacts): DoctorCheck[] => [
  countCheck('dead letters', deadLetters, 'run dlq list, then dlq replay or dlq discard'),
  countCheck(
    `provider webhooks over ${LIMITS.webhookHours} h`,
    providerWebhooks,
    'see column problem of provider_webhook: they are tried again each hour, and may be of another installation',
  ),
  countCheck(
    'disabled webhook endpoints',
    disabledEndpoints,
    'tell their owners, who enable them again by PATCH /api/webhook-endpoints/{id}',
  ),
  countCheck('reconciliation breaks', breaks, 'run ledger breaks'),
];
