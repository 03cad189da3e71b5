/**
 * What every table and column holds of a person, as a record of processing asks for it (GDPR Art. 30). Export, erasure and retention
 * follow it, and a test reads the database's catalogue: whoever adds a table or a column says here what it is.
 */

/** What a column is, and what an erasure does with it. */
export const columnClasses = {
  /** Ids, moments, states, kinds, settings: says nothing of a person once the rest is gone. */
  keep: 'stays',
  /** A count or a duration. */
  figure: 'stays',
  /** About those who work here. */
  staff: 'stays',
  /** Credentials and sealed text: stays, and is in no export. */
  secret: 'stays',
  /** Words of or about a person. Removed from the person's rows; the person's identifiers are masked in everybody else's. */
  text: 'removed',
  /** As `text`, where something has to stand: a fixed marker. */
  marked: 'removed',
  texts: 'removed',
  json: 'removed',
  /** Raw bytes: removed from the person's rows, and from others' in which the person's identifiers are found. */
  bytes: 'removed',
  /** SHA-256 of a stored file. */
  file: 'removed',
  /** An id that somebody else gave: it is replaced by its hash where it holds an identifier. */
  reference: 'replaced',
  /** By what another system, or the hub itself, names the person or something of theirs: replaced by the row's own key. */
  foreign: 'replaced',
  /** By what the rows of a person are found: they are removed with it. */
  identifier: 'removed',
} as const;
export type ColumnClass = keyof typeof columnClasses;

export interface RegisteredTable {
  readonly about: 'person' | 'staff' | 'settings' | 'figures' | 'technical';
  /** Which rows are a person's: a condition on `t`; `$1` are the ids of the customer and of all that were merged into it. */
  readonly own?: string;
  /** What becomes of a person's rows. `step`: a step of its own does it. */
  readonly erase?: 'replace' | 'delete' | 'walk' | 'step';
  /** The name in an export. */
  readonly exported?: string;
  /** Columns of each class, separated by blanks. */
  readonly columns: Partial<Record<ColumnClass, string>>;
}

const ownTickets = 'select k.id from ticket k where k.customer_id = any ($1)';
/** The person's messages, and the centre's on the person's tickets; not what somebody else wrote there. */
const ownMessages = `select m.id from message m where m.customer_id = any ($1)
  union select m.id from message m join ticket k on k.id = m.ticket_id where k.customer_id = any ($1) and (m.direction = 'out' or m.customer_id is null)`;
/** The person's, and everybody's on the person's tickets. */
const seenMessages = `select m.id from message m where m.customer_id = any ($1) union select m.id from message m where m.ticket_id in (${ownTickets})`;
const ownOutbound = `select o.id from outbound o where o.message_id in (${ownMessages})`;

const ownVisitors = `select i.value from identifier i where i.customer_id = any ($1) and i.kind = 'visitor'`;

const settings = (columns: RegisteredTable['columns']): RegisteredTable => ({ about: 'settings', columns });
const technical = (columns: RegisteredTable['columns']): RegisteredTable => ({ about: 'technical', columns });
const staff = (columns: string): RegisteredTable => ({ about: 'staff', columns: { staff: columns } });

export const register: Readonly<Record<string, RegisteredTable>> = {
  customer: {
    about: 'person',
    own: 't.id = any ($1)',
    erase: 'replace',
    exported: 'customer',
    columns: {
      keep: `id merged_into created_at updated_at erased_at file_required file_filled file_kinds file_counted file_checked_at reviewed review_at grade
        grade_value loyalty vip grade_rule stage stage_since churn_since queue_priority`,
      figure: 'churn_score',
      staff: 'dedicated_agent_id',
      marked: 'display_name',
      json: 'fields',
    },
  },
  identifier: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'step',
    exported: 'identifiers',
    columns: {
      keep: 'id customer_id kind grade channel shared first_seen_at last_seen_at',
      text: 'extension',
      identifier: 'value',
    },
  },
  identifier_evidence: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'delete',
    exported: 'identifier-evidence',
    columns: {
      keep: 'id customer_id kind grade source channel message_id at',
      staff: 'by_agent_id',
      text: 'reason',
      reference: 'reference',
      identifier: 'value',
    },
  },
  identifier_name: {
    about: 'person',
    own: '(t.kind, t.value) in (select i.kind, i.value from identifier i where i.customer_id = any ($1))',
    erase: 'step',
    exported: 'identifier-names',
    columns: { keep: 'kind', identifier: 'value name' },
  },
  shared_identifier: {
    about: 'person',
    own: '(t.kind, t.value) in (select i.kind, i.value from identifier i where i.customer_id = any ($1))',
    erase: 'step',
    exported: 'shared-identifiers',
    columns: { keep: 'kind source at', staff: 'by_agent_id', text: 'organisation reason', identifier: 'value' },
  },
  identity_code: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'delete',
    exported: 'identity-codes',
    columns: {
      keep: 'id customer_id ticket_id kind outbound_id expires_at used_at created_at',
      figure: 'attempts',
      staff: 'by_agent_id',
      secret: 'code_hash sealed_code',
      identifier: 'value',
    },
  },
  identity_work: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'delete',
    columns: { keep: 'id customer_id' },
  },
  blocking_key: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'delete',
    columns: { keep: 'customer_id', identifier: 'key' },
  },
  suggestion: {
    about: 'person',
    own: '(t.low_id = any ($1) or t.high_id = any ($1))',
    erase: 'delete',
    exported: 'suggestions',
    columns: {
      keep: 'id low_id high_id source state decided_at merge_id created_at updated_at',
      figure: 'score',
      staff: 'decided_by',
      json: 'reasons',
    },
  },
  visitor_proof: {
    about: 'person',
    own: `t.visitor_id::text in (${ownVisitors})`,
    erase: 'step',
    exported: 'visitor-proofs',
    columns: { keep: 'visitor_id site_id at expires_at', text: 'subject display_name', json: 'identifiers' },
  },
  visitor_token: {
    about: 'person',
    own: `t.visitor_id::text in (${ownVisitors})`,
    erase: 'step',
    columns: { keep: 'visitor_id expires_at', secret: 'token_hash' },
  },

  customer_field_value: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'delete',
    exported: 'fields',
    columns: {
      keep: 'id customer_id key source at',
      staff: 'by_agent_id',
      text: 'source_ref',
      json: 'value',
    },
  },
  customer_source_key: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'delete',
    exported: 'source-keys',
    columns: { keep: 'id customer_id source created_at', identifier: 'external_id' },
  },
  import_row_key: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'delete',
    columns: { keep: 'customer_id source', secret: 'row_key' },
  },
  customer_relation: {
    about: 'person',
    own: '(t.customer_id = any ($1) or t.other_id = any ($1))',
    erase: 'delete',
    exported: 'relations',
    columns: { keep: 'id customer_id other_id kind created_at', staff: 'by_agent_id', text: 'note' },
  },
  organisation: settings({ keep: 'id name website created_at updated_at', text: 'notes' }),
  organisation_member: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'delete',
    exported: 'organisations',
    columns: { keep: 'id customer_id organisation_id created_at', staff: 'by_agent_id', text: 'role' },
  },
  task: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'replace',
    exported: 'tasks',
    columns: {
      keep: 'id kind customer_id ticket_id due_at state created_at done_at',
      staff: 'assignee_id created_by done_by',
      marked: 'cause',
      text: 'reason',
      json: 'cause_data',
      foreign: 'unique_key',
    },
  },
  purchase: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'delete',
    exported: 'purchases',
    columns: {
      keep: 'id customer_id source occurred_at currency state created_at updated_at',
      figure: 'amount_minor',
      json: 'items',
      identifier: 'external_id',
    },
  },
  satisfaction_score: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'replace',
    exported: 'scores',
    columns: {
      keep: 'id customer_id ticket_id source at created_at',
      figure: 'score',
      foreign: 'external_id',
    },
  },
  /** Codes of the rules: the moves stay as figures of a customer who is nobody. */
  customer_move: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    exported: 'moves',
    columns: { keep: 'id customer_id kind from_value to_value cause version at' },
  },
  segment_member: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'delete',
    exported: 'segments',
    columns: { keep: 'id segment_id customer_id since' },
  },
  /** Gone with the screen that it tells of. */
  attendance: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'delete',
    columns: { keep: 'customer_id socket_id ticket_id state since seen_at', staff: 'agent_id' },
  },
  grading_due: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'delete',
    columns: { keep: 'id customer_id at' },
  },
  /** Which import mentions a person is found by reading its file. */
  data_import: {
    about: 'person',
    erase: 'step',
    columns: {
      keep: `id kind state size encoding delimiter header settings lease_holder lease_until created_at started_at finished_at`,
      figure: 'total done created updated unchanged rejected',
      staff: 'created_by',
      text: 'filename problem',
      json: 'sample report',
      secret: 'key_sealed',
      file: 'sha256',
    },
  },
  import_reject: {
    about: 'person',
    erase: 'step',
    columns: { keep: 'import_id row_number', json: 'reasons', texts: 'cells' },
  },
  import_mapping: settings({ keep: 'name kind settings updated_at' }),

  customer_merge: {
    about: 'person',
    own: '(t.customer_id = any ($1) or t.other_id = any ($1))',
    erase: 'replace',
    exported: 'merges',
    columns: {
      keep: 'id position kind customer_id other_id at undone_at made_customer',
      staff: 'by_agent_id undone_by_agent_id',
      text: 'reason',
      json: 'before later',
    },
  },
  customer_merge_row: {
    about: 'person',
    own: 't.merge_id in (select m.id from customer_merge m where m.customer_id = any ($1) or m.other_id = any ($1))',
    erase: 'replace',
    columns: { keep: 'merge_id kind row_key action', json: 'before' },
  },

  ticket: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'replace',
    exported: 'tickets',
    columns: {
      keep: `id number status channel channel_account customer_id assignee_id queue_id priority waiting_since offer_agent_id offer_expires_at
        preferred_agent_id occupies first_response_at linked_ticket_id last_activity_at created_at updated_at request_type emptied_at
        queued_at waited_since overflowed transferring`,
      figure: 'message_count',
      marked: 'subject contact_address',
      text: 'preview visitor_id',
      json: 'fields',
    },
  },
  ticket_party: {
    about: 'person',
    own: `t.ticket_id in (${ownTickets})`,
    erase: 'step',
    exported: 'parties',
    columns: { keep: 'ticket_id kind', identifier: 'value' },
  },
  call_back: {
    about: 'person',
    own: `t.ticket_id in (${ownTickets})`,
    erase: 'delete',
    exported: 'call-backs',
    columns: { keep: 'ticket_id source asked_at tries last_outcome done_at', identifier: 'phone email' },
  },
  /** Our own addresses. */
  ticket_address: technical({ keep: 'ticket_id address' }),
  ticket_decline: staff('ticket_id agent_id at'),
  ticket_tag: {
    about: 'person',
    own: `t.ticket_id in (${ownTickets})`,
    erase: 'delete',
    exported: 'tags',
    columns: { keep: 'ticket_id at', identifier: 'tag' },
  },
  message: {
    about: 'person',
    own: `t.id in (${ownMessages})`,
    erase: 'replace',
    exported: 'messages',
    columns: {
      keep: `id position ticket_id customer_id direction channel channel_account kind visibility inbox_id delivery_status sent_at received_at
        delivered_to forward_of own_subject`,
      staff: 'author_id identity',
      marked: 'sender body_text',
      text: 'sender_name subject reply_text body_html delivery_error',
      texts: 'recipients copies blind_copies reply_to',
      json: 'authenticity classification',
      reference: 'external_id',
      file: 'raw_sha256',
    },
  },
  attachment: {
    about: 'person',
    own: `t.message_id in (${ownMessages})`,
    erase: 'delete',
    exported: 'attachments',
    columns: { keep: 'id message_id position content_type size inline', text: 'filename content_id', file: 'sha256' },
  },
  /** Gone with the first transaction of an erasure, so that none is attached after it. */
  awaited_file: {
    about: 'person',
    own: `t.message_id in (${ownMessages})`,
    erase: 'delete',
    exported: 'awaited-files',
    columns: { keep: 'id message_id position content_type next_try_at', figure: 'tries', text: 'url filename' },
  },
  thread_reference: {
    about: 'person',
    own: `t.ticket_id in (${ownTickets})`,
    erase: 'step',
    columns: { keep: 'ticket_id', reference: 'reference' },
  },
  message_template_use: {
    about: 'person',
    own: `t.message_id in (${ownMessages})`,
    erase: 'replace',
    columns: { keep: 'message_id template_id content_sid', texts: 'variables' },
  },
  outbound: {
    about: 'person',
    own: `t.id in (${ownOutbound})`,
    erase: 'replace',
    exported: 'deliveries',
    columns: {
      keep: `id message_id ticket_id channel channel_account automatic status next_attempt_at claimed_at correlation_id created_at reconcile_at
        decided_at doubtful_since put_off asked_at`,
      figure: 'attempts postponed reconcile_attempts',
      staff: 'author_id decided_by',
      marked: 'recipient',
      text: 'in_reply_to error request_hash',
      texts: 'references reached bounces untaken',
      reference: 'external_id reported_as idempotency_key',
      file: 'raw_sha256',
    },
  },
  kept_mail: {
    about: 'person',
    own: `t.outbound_id in (${ownOutbound})`,
    erase: 'delete',
    columns: { keep: 'outbound_id', bytes: 'raw' },
  },
  held_reply: {
    about: 'person',
    own: `t.ticket_id in (${ownTickets})`,
    erase: 'replace',
    columns: {
      keep: 'id ticket_id due_at state message_id attempts claimed_at correlation_id created_at',
      staff: 'author_id author_name',
      text: 'request_hash reason',
      json: 'input',
      reference: 'idempotency_key',
    },
  },
  whisper: {
    about: 'person',
    own: `t.ticket_id in (${ownTickets})`,
    erase: 'replace',
    exported: 'whispers',
    columns: { keep: 'id ticket_id at', staff: 'agent_id author_id', marked: 'text' },
  },
  note_key: {
    about: 'person',
    own: `t.ticket_id in (${ownTickets})`,
    erase: 'replace',
    columns: { keep: 'ticket_id message_id', text: 'request_hash', reference: 'idempotency_key' },
  },
  delivery_report: {
    about: 'person',
    own: `(t.channel_account, t.external_id) in (select o.channel_account, known.by from outbound o, unnest(array[o.external_id, o.id::text]) known (by)
      where o.message_id in (${ownMessages}))`,
    erase: 'replace',
    columns: {
      keep: 'channel_account status at received_at',
      text: 'error reason recipient',
      reference: 'external_id',
    },
  },
  call: {
    about: 'person',
    own: `t.id in (select c.id from call c where c.customer_id = any ($1) union select c.id from call c where c.ticket_id in (${ownTickets}))`,
    erase: 'replace',
    exported: 'calls',
    columns: {
      keep: `id call_sid ticket_id customer_id state called agent_call_sid conference_sid started_at changed_at dialled_at answered_at held_at
        ended_at direction outcome customer_call_sid agent_answered_at customer_dialled_at`,
      figure: 'held_seconds duration_seconds',
      staff: 'agent_id',
      marked: 'caller',
    },
  },
  inbox: {
    about: 'person',
    own: `t.id in (select m.inbox_id from message m where m.id in (${seenMessages})
      union select i.id from inbox i where i.state = 'duplicate' and i.message_id in (${seenMessages}))`,
    erase: 'replace',
    columns: {
      keep: `id channel channel_account imported state raw_type next_attempt_at message_id ticket_id correlation_id received_at processed_at quarantined_at
        discarded_at replay_requested_at`,
      figure: 'attempts deliveries',
      staff: 'discarded_by replay_requested_by',
      text: 'content_hash reason discard_reason',
      json: 'contact envelopes',
      bytes: 'raw',
      file: 'raw_sha256',
      reference: 'external_id',
    },
  },
  event: {
    about: 'person',
    own: `(t.customer_id = any ($1) or t.ticket_id in (${ownTickets}))`,
    erase: 'walk',
    exported: 'events',
    columns: {
      keep: 'id seq type at ticket_id customer_id queue_id correlation_id also_queue_ids',
      staff: 'agent_id actor_id',
      json: 'data',
    },
  },

  consent: {
    about: 'person',
    own: 't.address in (select i.value from identifier i where i.customer_id = any ($1))',
    erase: 'step',
    exported: 'messaging-consents',
    columns: { keep: 'channel account state source at', identifier: 'address', text: 'reason' },
  },
  consent_log: {
    about: 'person',
    own: 't.address in (select i.value from identifier i where i.customer_id = any ($1))',
    erase: 'step',
    exported: 'messaging-consent-log',
    columns: {
      keep: 'id channel account state source message_id ticket_id inbox_id at',
      staff: 'agent_id',
      identifier: 'address',
      text: 'reason',
    },
  },
  consent_record: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'delete',
    exported: 'consents',
    columns: {
      keep: 'id customer_id purpose state source channel text_version at',
      staff: 'by_agent_id',
      text: 'note',
    },
  },
  address_mark: {
    about: 'person',
    own: '(t.kind, t.value) in (select i.kind, i.value from identifier i where i.customer_id = any ($1))',
    erase: 'step',
    exported: 'address-marks',
    columns: { keep: 'kind mark message_id at', identifier: 'value', text: 'reason' },
  },
  acknowledgement: {
    about: 'person',
    own: 't.address in (select unnest(array[i.value, mailbox_of(i.value)]) from identifier i where i.customer_id = any ($1))',
    erase: 'step',
    exported: 'acknowledgements',
    columns: { keep: 'channel at', identifier: 'address' },
  },
  upload: {
    about: 'person',
    own: `(t.owner_id in (select i.value from identifier i where i.customer_id = any ($1) and i.kind = 'visitor')
      or t.sha256 in (select a.sha256 from attachment a where a.message_id in (${ownMessages})))`,
    erase: 'step',
    columns: { keep: 'id owner_id content_type size created_at', text: 'filename', file: 'sha256' },
  },
  idempotency: {
    about: 'person',
    erase: 'step',
    columns: { keep: 'principal_id request claim status created_at', reference: 'key', secret: 'request_hash answer' },
  },

  legal_hold: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'replace',
    exported: 'legal-holds',
    columns: {
      keep: 'id customer_id at released_at',
      staff: 'by_agent_id released_by',
      marked: 'reason',
      text: 'release_reason',
    },
  },
  privacy_request: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'replace',
    exported: 'requests',
    columns: {
      keep: 'id kind customer_id state asked_at confirmed_at due_at obstacle step cursor lease_until finished_at expires_at link_until downloaded_at',
      figure: 'counts size',
      staff: 'asked_by confirmed_by cancelled_by link_agent_id',
      secret: 'sought_sealed link_hash',
      marked: 'reason',
    },
  },
  audit_entry: {
    about: 'person',
    own: 't.customer_id = any ($1)',
    erase: 'walk',
    exported: 'audit',
    columns: {
      keep: 'id at action customer_id ticket_id correlation_id event_id seal_id',
      staff: 'actor_id',
      secret: 'salt digest',
      json: 'detail',
    },
  },
  audit_seal: technical({ keep: 'id digest at pruned_at', figure: 'entries' }),
  file_removal: technical({ keep: 'sha256 at' }),
  retention_count: { about: 'figures', columns: { figure: 'kind day removed' } },

  wallboard: settings({ keep: 'id name layout created_at updated_at' }),
  wallboard_link: settings({ keep: 'id wallboard_id name expires_at created_at' }),
  saved_report: settings({ keep: 'id name query created_at updated_at' }),
  report_schedule: settings({
    keep: 'report_id enabled times language format next_at created_at updated_at',
    staff: 'agent_ids addresses',
  }),
  report_run: technical({ keep: 'id report_id due_at language format created_at', staff: 'asked_by' }),
  report_mail: technical({
    keep: 'id run_id report_id state claim next_try_at claimed_at settled_at tries known_as',
    figure: 'attempts postponed',
    staff: 'agent_id address',
    text: 'error',
  }),
  figure_ticket: { about: 'figures', columns: { keep: 'ticket_id queue_id opened_at settled_at', figure: 'state' } },
  figure_agent: { about: 'staff', columns: { staff: 'agent_id', figure: 'state' } },
  figure_entry: {
    about: 'figures',
    columns: { keep: 'id ticket_id at queue_id channel type grade team_id', staff: 'agent_id', figure: 'fact seconds' },
  },
  figure_sum: {
    about: 'figures',
    columns: {
      keep: 'grain slice day quarter queue_id channel type grade team_id',
      staff: 'agent_id',
      figure: `received opened offered answered answered_in_target wait_ms abandoned abandoned_in_target abandoned_short abandoned_wait_ms diverted handled
        talk_ms hold_ms wrap_ms transferred resolved first_contact first_contact_undone reopened settled_again staffed_ms available_ms occupied_ms away_ms answer_wait
        first_response first_response_business next_response next_response_business resolution resolution_business`,
    },
  },
  channel_traffic: { about: 'figures', columns: { figure: 'at channel account contacts' } },
  channel_rollup: technical({ keep: 'id rolled_to' }),
  channel_account: technical({
    keep: 'channel account last_contact_at last_sent_at last_error_at last_send_error_at',
    text: 'last_error',
  }),
  sending_account: technical({ keep: 'channel account rate burst tokens refilled_at last_slot paused_until' }),
  alert: technical({ keep: 'key firing since reasons' }),
  relay_state: technical({ keep: 'id last_seq' }),
  service_plan: settings({ keep: 'version plan note published_by published_at' }),
  ticket_service: technical({ keep: 'ticket_id seq first_choice decided state clock_kind clock_state due_at warn_at' }),
  ticket_clock: technical({
    keep: 'ticket_id kind round choice target state started_at due_at warn_at met_at runs warned_at breached_at met_told next_at',
    figure: 'business_ms calendar_ms',
  }),
  clock_run: technical({
    keep: 'id kind state version reason cursor started_at finished_at',
    figure: 'done counts',
    staff: 'started_by',
  }),
  escalation: technical({ keep: 'id ticket_id rule_id cause at', staff: 'actor_id' }),
  event_reader: technical({ keep: 'name seq' }),
  event_reader_failure: technical({ keep: 'reader seq at', text: 'error' }),
  sweep_progress: technical({ keep: 'name reached' }),
  schemaversion: technical({ keep: 'version name md5 run_at' }),

  agent:
    staff(`id name email email_verified image role phone presence presence_since idle_since last_seen_at capacity created_at updated_at
    undo_seconds capacity_total presence_reason wrap_up_until`),
  auth_account:
    staff(`id account_id provider_id user_id access_token refresh_token id_token access_token_expires_at refresh_token_expires_at scope
    password created_at updated_at`),
  auth_session: staff('id token user_id expires_at ip_address user_agent created_at updated_at'),
  auth_verification: staff('id identifier value expires_at created_at updated_at'),
  presence_log: staff('id agent_id state reason at'),
  queue_member: staff('queue_id agent_id direct'),
  agent_skill: staff('agent_id skill_id level'),
  team_member: staff('team_id agent_id'),

  setting: settings({ keep: 'key value updated_at' }),
  queue: settings({
    keep: `id name channels position created_at priority_base ageing calendar offer_seconds pull sticky_seconds wrap_up_seconds rings language
      call_back updated_at targets`,
  }),
  queue_target: settings({ keep: 'queue_id channel since seconds' }),
  skill: settings({ keep: 'id name created_at' }),
  team: settings({ keep: 'id name created_at updated_at' }),
  queue_skill: settings({ keep: 'queue_id skill_id level' }),
  queue_team: settings({ keep: 'queue_id team_id' }),
  queue_answer: { about: 'figures', columns: { figure: 'id queue_id at' } },
  mail_identity: settings({ keep: 'id address name signature_text signature_html queue_id is_default created_at' }),
  mail_account: settings({
    keep: `id address provider host port security username auth folder after_fetch move_to import_from import_days authserv_id enabled oauth smtp_host smtp_port smtp_security revision
      wake uid_validity last_uid import_until import_since import_done import_total import_left passed_over passed_over_before last_delay state failures connected_at last_contact_at last_mail_at
      last_error_code last_error_at next_try_at backlog complete_until lease_holder lease_until created_at updated_at`,
    secret: 'password_sealed client_secret_sealed refresh_token_sealed',
    text: 'last_error',
  }),
  http_source: settings({
    keep: 'id name kind outbound_url reply_by reply_account trust enabled created_at updated_at',
    secret: 'secret',
  }),
  http_source_secret: settings({ keep: 'id source_id valid_until created_at', secret: 'secret' }),
  tag: settings({ keep: 'name used_at' }),
  automation_rule: settings({ keep: 'id position enabled version created_at updated_at removed_at' }),
  automation_rule_version: settings({ keep: 'rule_id version definition note published_by published_at' }),
  automation_run: technical({
    keep: 'id rule_id version event_seq event_type ticket_id position chain state outcomes created_at finished_at',
    figure: 'duration_ms',
  }),
  automation_reply: technical({ keep: 'rule_id ticket_id at' }),
  webhook_endpoint: settings({
    keep: 'id name url event_types enabled failing_since delivered_at disabled_reason created_at updated_at',
    secret: 'secret',
  }),
  webhook_secret: settings({ keep: 'id endpoint_id valid_until created_at', secret: 'secret' }),
  webhook_delivery: technical({
    keep: `id endpoint_id event_seq event_type ticket_id cause state attempts next_attempt_at give_up_at claimed_at created_at finished_at`,
    figure: 'attempt_count replays',
  }),
  visitor_site: settings({ keep: 'id name audience enabled created_at updated_at' }),
  visitor_site_key: settings({ keep: 'id site_id algorithm created_at retires_at', secret: 'material' }),
  custom_field: settings({
    keep: `id scope key label_en label_zh type options pattern min max required required_types required_grades sensitive standard position values_walked_to
      created_at updated_at`,
  }),
  customer_table: technical({ keep: 'name policy position why' }),
  customer_file_total: {
    about: 'figures',
    columns: { figure: 'id customers complete filled required kinds overdue walked_to updated_at' },
  },
  routing_rules_version: settings({ keep: 'version rules note published_by published_at' }),
  routing_rules_draft: settings({ keep: 'id rules based_on revision edited_by edited_at' }),
  grading_version: settings({ keep: 'version policy note published_by published_at' }),
  grading_run: technical({
    keep: 'id kind unique_key state policy version cursor started_at finished_at',
    figure: 'done total counts',
    staff: 'started_by',
  }),
  grading_cursor: technical({ keep: 'id seq' }),
  grading_start: technical({ keep: 'id version grade grade_value loyalty vip grade_rule queue_priority stage' }),
  segment: settings({
    keep: 'id key name description run_id created_at updated_at',
    figure: 'member_count',
    json: 'condition',
  }),
  request_type: settings({
    keep: 'key name_en name_zh description queue_id priority fields position created_at updated_at',
  }),
  web_form: settings({
    keep: `id slug title_en title_zh intro_en intro_zh success_en success_zh source_id request_types languages contact_by frame_ancestors
      confirm_by_mail enabled created_at updated_at`,
  }),
  message_template: settings({
    keep: 'id channel name language content_sid body labels state created_at updated_at',
  }),
};

export function columnsOf(table: RegisteredTable, ...classes: ColumnClass[]): string[] {
  return classes.flatMap((one) => table.columns[one]?.split(/\s+/).filter(Boolean) ?? []);
}
