import { acknowledgedAlert, firingAlert } from '../alerts/examples.ts'

/** One example an audit route. */
export const auditExamples = {
  listAudit: {
    response: {
      events: [
        {
          entity: `alert:${firingAlert.id}`,
          seq: 2,
          at: acknowledgedAlert.updated_at,
          actor: { kind: 'user', id: '7c9e6679-7425-40de-944b-e07fc1f90ae7', name: 'maria' },
          action: 'alert.acknowledged',
          before: firingAlert,
          after: acknowledgedAlert,
          reason: acknowledgedAlert.acknowledged.note,
          requestId: 'Zk3vYh2FIAMEPwQ=',
          prevHash: '2bbcc9b2729a675b6443d990ec4ef32ec91f86da90f117347e307cf7a196e00f',
          hash: '90c81d131c79ed6ed8b9fa08ee98cac90c41c50470b0f2ffefeebea649cf6ad7',
        },
      ],
    },
  },
}
