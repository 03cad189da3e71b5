/** The answers and bodies of the API by the names that its document gives them. */
import {
  agent, agentCreate, agentUpdate, callCommand, credentials, customer, customerCreate, customerSuggestion, hubEvent, inboxItem, merge, mergeRequest, message,
  messageCreate, outboxItem, page, presenceUpdate, problem, queue, setupRequest, setupState, ticket, ticketUpdate, uploadedFile, wallboard,
} from '@patchbay/contracts';

export const answers = {
  Agent: agent,
  AgentPage: page(agent),
  Customer: customer,
  CustomerPage: page(customer),
  CustomerSuggestion: customerSuggestion,
  CustomerSuggestionPage: page(customerSuggestion),
  HubEvent: hubEvent,
  HubEventPage: page(hubEvent),
  InboxItem: inboxItem,
  InboxItemPage: page(inboxItem),
  Merge: merge,
  MergePage: page(merge),
  Message: message,
  MessagePage: page(message),
  OutboxItem: outboxItem,
  OutboxItemPage: page(outboxItem),
  Problem: problem,
  Queue: queue,
  QueuePage: page(queue),
  SetupState: setupState,
  Ticket: ticket,
  TicketPage: page(ticket),
  UploadedFile: uploadedFile,
  Wallboard: wallboard,
} as const;

export const bodies = {
  AgentCreate: agentCreate,
  AgentUpdate: agentUpdate,
  CallCommand: callCommand,
  Credentials: credentials,
  CustomerCreate: customerCreate,
  MergeRequest: mergeRequest,
  MessageCreate: messageCreate,
  PresenceUpdate: presenceUpdate,
  SetupRequest: setupRequest,
  TicketUpdate: ticketUpdate,
} as const;

export type AnswerName = keyof typeof answers;
export type BodyName = keyof typeof bodies;
