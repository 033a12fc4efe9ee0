import type { Criteria, FieldInWords } from './automation';
import type { components } from './generated/schema';
import { type Query, send } from './http';
import { type Collection, queryClient, type Resource, resource } from './query';

type S = components['schemas'];
export type Profile = S['ProfileBody'];
export type AccountRow = S['AccountRow'];
export type RegisterInput = S['RegisterInput'];
export type Balance = S['BalanceBody'];
export type Service = S['ServiceBody'];
export type ServiceInput = S['ServiceFields'];
export type History = S['HistoryBody'];
export type Movement = S['MovementBody'];
export type MemberEvent = S['MemberEventBody'];
export type Explanation = S['MovementExplanation'];
export type Adjusted = S['AdjustedBody'];
export type Adjustment = S['AdjustmentBody'];
export type Returned = S['ReturnedBody'];
export type Programme = S['Programme'];
export type ProgrammeInput = S['ProgrammeFields'];
export type BonusType = S['BonusType'];
export type BonusTypeInput = S['BonusTypeFields'];
export type Tier = S['Tier'];
export type TierInput = S['TierFields'];
export type Master = S['Master'];
export type MasterInput = S['MasterFields'];
export type MasterKind = S['MasterKind'];
export type ReasonArea = S['ReasonArea'];
export type Reward = S['Reward'];
export type RewardInput = S['RewardInput'];
export type RewardKind = S['RewardKind'];
export type Order = S['RewardOrder'];
export type OrderState = S['OrderState'];
export type Partner = S['Partner'];
export type PartnerInput = S['PartnerFields'];
export type Rate = S['StoredRate'];
export type RateInput = S['RateInput'];
export type PartnerStatistics = S['PartnerStatistics'];
export type Promotion = S['Promotion'];
export type PromotionInput = S['PromotionFields'];
export type PromotionAct = S['PromotionAct'];
export type PromotionStatistics = S['PromotionStatistics'];
export type Offer = S['PromotionOffer'];
export type Granted = S['GrantedReward'];
export type CouponBatch = S['CouponBatch'];
export type MadeCoupons = S['MadeCoupons'];
export type Draw = S['Draw'];
export type Coupon = S['Coupon'];
export type Membership = S['MembershipBody'];
export type LoyaltyOperation = S['LoyaltyOperationBody'];
export type Export = S['Export'];
export type ExportInput = S['ExportInput'];

export type ConditionOf = S['ConditionOf'];
/** A condition as the server reads it. */
export type Condition = S['ConditionBody'];

/** Where a condition stands: what it may look at follows from that. */
export type ConditionPlace = {
  of: ConditionOf;
  programme_id?: string | undefined;
  event?: string | undefined;
};

export const conditionFields = (place: ConditionPlace) =>
  send<FieldInWords[]>('/loyalty/condition-fields', { query: { ...place } });
export const checkCondition = (place: ConditionPlace, criteria: Criteria, signal?: AbortSignal) =>
  send<Condition>('/loyalty/conditions/check', {
    method: 'POST',
    query: { ...place },
    body: { criteria },
    ...(signal ? { signal } : {}),
  });

const byId = (item: { id: string }) => item.id;

/** Reads again whatever was read of loyalty: one operation changes balances, orders, offers, and what hangs on them. */
export const refreshLoyalty = () =>
  queryClient.invalidateQueries({
    predicate: ({ queryKey }) => /^\/?loyalty/.test(String(queryKey[0])),
  });

const READ = 'loyalty.read';

export const accounts = resource<AccountRow, RegisterInput, Profile>(
  '/loyalty/accounts',
  byId,
  READ,
);
export const programmes = resource<Programme, ProgrammeInput>('/loyalty/programmes', byId, READ);
export const rewards = resource<Reward, RewardInput>('/loyalty/rewards', byId, READ);
export const orders = resource<Order, S['OrderInput']>('/loyalty/orders', byId, READ);
export const partners = resource<Partner, PartnerInput>('/loyalty/partners', byId, READ);
export const rates = resource<Rate, RateInput>('/loyalty/rates', byId, READ);
export const promotions = resource<Promotion, PromotionInput>('/loyalty/promotions', byId, READ);
export const offers = resource<Offer, never>('/loyalty/offers', byId, READ);
export const operations = resource<LoyaltyOperation, never>('/loyalty/operations', byId, READ);
export const exportsMade = resource<Export, ExportInput>(
  '/loyalty/exports',
  byId,
  'loyalty.market',
);
export const adjustments = resource<Adjustment, never>('/loyalty/adjustments', byId, READ);

/** What belongs to a programme is listed under it, and changed under its own address. */
function ofProgramme<T extends { id: string }, Input>(
  programme: string,
  part: 'bonus-types' | 'tiers',
): Resource<T, Input> {
  const own = resource<T, Input>(
    `/loyalty/programmes/${programme}/${part}` as Collection,
    byId,
    READ,
  );
  return {
    ...own,
    change: (id, version, input) =>
      send<T>(`/loyalty/${part}/${id}`, { method: 'PUT', body: input, version }),
  };
}
export const bonusTypes = (programme: string) =>
  ofProgramme<BonusType, BonusTypeInput>(programme, 'bonus-types');
export const tiers = (programme: string) => ofProgramme<Tier, TierInput>(programme, 'tiers');

/** The entries of one reference list. */
export const masters = (kind: MasterKind) =>
  resource<Master, MasterInput>(`/loyalty/masters/${kind}` as Collection, byId, READ);

const of = (account: string, part: string) => `/loyalty/accounts/${account}/${part}`;
const post = <T>(path: string, body: unknown = {}) => send<T>(path, { method: 'POST', body });

export const profile = (account: string) => send<Profile>(`/loyalty/accounts/${account}`);
export const history = (account: string, period: Query) =>
  send<History>(of(account, 'history'), { query: period });
export const explain = (account: string, transaction: string) =>
  send<Explanation>(of(account, `movements/${transaction}`));
export const award = (account: string, body: unknown) =>
  post<Adjusted>(of(account, 'awards'), body);
export const adjust = (account: string, body: unknown) =>
  post<Adjusted>(of(account, 'adjustments'), body);
export const returnGoods = (account: string, body: unknown) =>
  post<Returned>(of(account, 'returns'), body);
export const cancelAccrual = (account: string, body: unknown) =>
  post<Returned>(of(account, 'cancellations'), body);
export const connect = (account: string, body: ServiceInput) =>
  post<Service>(of(account, 'services'), body);
export const changeService = (service: string, body: ServiceInput) =>
  send<Service>(`/loyalty/services/${service}`, { method: 'PUT', body });
export const disconnect = (service: string) =>
  post<Profile>(`/loyalty/services/${service}/disconnect`);
export const enrol = (account: string) => post<Profile>(of(account, 'enrol'));
export const switchOff = (account: string, reason: string) =>
  post<Profile>(of(account, 'cancel'), { reason });
export const update = (account: string, body: unknown) =>
  send<Profile>(`/loyalty/accounts/${account}`, { method: 'PUT', body });
export const convert = (body: unknown) => post<S['Conversion']>('/loyalty/conversions', body);
export const confirmOrder = (id: string) => post<Order>(`/loyalty/orders/${id}/confirm`);
export const cancelOrder = (id: string, reason: string | undefined) =>
  post<Order>(`/loyalty/orders/${id}/cancel`, reason ? { reason } : {});
export const decide = (id: string, yes: boolean) =>
  post<Adjusted>(`/loyalty/adjustments/${id}/${yes ? 'approve' : 'refuse'}`);
export const stock = (id: string, body: unknown) =>
  post<Reward>(`/loyalty/rewards/${id}/stock`, body);
export const granted = (account: string) =>
  send<{ items: Granted[] }>('/loyalty/granted', { query: { account, limit: 100 } });
export const activateOffer = (id: string) => post<Offer>(`/loyalty/offers/${id}/activate`);
export const coupons = (account: string) =>
  send<{ items: Coupon[] }>('/loyalty/coupons', { query: { account, limit: 100 } });
export const redeem = (account: string, code: string) =>
  post<S['Redeemed']>('/loyalty/coupons/redeem', { account, code });
export const memberships = (customer: string) =>
  send<{ memberships: Membership[] }>(`/customers/${customer}/loyalty`);
export const couponCodes = (batch: string) =>
  send<MadeCoupons>(`/loyalty/coupon-batches/${batch}/codes`);
export const voidCoupons = (batch: string) =>
  send<void>(`/loyalty/coupon-batches/${batch}`, { method: 'DELETE' });
export const promotion = (id: string) => send<Promotion>(`/loyalty/promotions/${id}`);
export const lead = (id: string, act: PromotionAct) =>
  post<Promotion>(`/loyalty/promotions/${id}/status`, { act });
export const promotionStatistics = (id: string) =>
  send<PromotionStatistics>(`/loyalty/promotions/${id}/statistics`);
export const couponBatches = (id: string) =>
  send<{ items: CouponBatch[] }>(`/loyalty/promotions/${id}/coupons`, { query: { limit: 100 } });
export const makeCoupons = (id: string, count: number) =>
  post<MadeCoupons>(`/loyalty/promotions/${id}/coupons`, { count });
export const draw = (id: string) => post<Draw>(`/loyalty/promotions/${id}/draw`);
export const drawn = (id: string) => send<Draw>(`/loyalty/promotions/${id}/draw`);
export const partner = (id: string) => send<Partner>(`/loyalty/partners/${id}`);
export const partnerStatistics = (query: Query) =>
  send<PartnerStatistics>('/loyalty/partner-statistics', { query });

export type LoyaltyFile = S['LoyaltyFile'];
export type FileState = S['FileState'];
export type FileKind = S['FileKind'];
export type FileKindBody = S['FileKindBody'];
export type FileField = S['FileField'];
/** How files of a structure look, without whose they are. */
export type StructureLook = S['Structure'];
export type Structure = S['StoredStructure'];
export type StructureInput = S['StructureFields'];
export type StatisticsRun = S['Run'];

export const loyaltyFiles = resource<LoyaltyFile, never>('/loyalty/files', byId, 'loyalty.market');
export const fileStructures = resource<Structure, StructureInput>(
  '/loyalty/file-structures',
  byId,
  'loyalty.market',
);
export const fileKinds = () => send<FileKindBody[]>('/loyalty/file-kinds');
export const statisticsRuns = (programme: string) =>
  send<StatisticsRun[]>('/loyalty/statistics', { query: { programme_id: programme } });
export const makeStatistics = (programme: string, month: string, macroregions?: string[]) =>
  post<void>('/loyalty/statistics', {
    programme_id: programme,
    month,
    ...(macroregions ? { macroregions } : {}),
  });
