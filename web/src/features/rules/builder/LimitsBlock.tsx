import { Checkbox, DatePicker, InputNumber, Select, TimePicker } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import { FaultNotes } from '../../../ui/criteria/FaultNotes';
import { weekday } from '../../../ui/decision/period';
import { Block } from './Block';
import { useBuilder } from './Builder';
import { PeriodInput } from './PeriodInput';

const DAY = 86_400;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

function Hours() {
  const { t, i18n } = useTranslation();
  const { document, set, mayWrite } = useBuilder();
  const { hours } = document;
  const time = (text: string) => dayjs(`2000-01-01T${text}`);
  return (
    <div className="limit" data-at="/hours">
      <Checkbox
        disabled={!mayWrite}
        checked={Boolean(hours)}
        onChange={(event) =>
          set(
            ['hours'],
            event.target.checked ? { days: EVERY_DAY, from: '09:00', to: '21:00' } : null,
          )
        }
      >
        {t('rules.builder.hours')}
      </Checkbox>
      {hours ? (
        <span className="row wrap limit-body">
          <Select<number[]>
            mode="multiple"
            style={{ minWidth: 260 }}
            aria-label={t('rules.builder.days')}
            disabled={!mayWrite}
            value={hours.days}
            options={EVERY_DAY.map((value) => ({ value, label: weekday(value, i18n.language) }))}
            onChange={(days) => set(['hours', 'days'], [...days].sort())}
          />
          {(['from', 'to'] as const).map((end) => (
            <TimePicker
              key={end}
              format="HH:mm"
              minuteStep={5}
              allowClear={false}
              needConfirm={false}
              style={{ width: 100 }}
              aria-label={t(end === 'from' ? 'rules.builder.hoursFrom' : 'rules.builder.hoursTo')}
              disabled={!mayWrite}
              value={time(hours[end])}
              onChange={(next: dayjs.Dayjs | null) =>
                next && set(['hours', end], next.format('HH:mm'))
              }
            />
          ))}
        </span>
      ) : null}
      <FaultNotes at="/hours" inside />
    </div>
  );
}

function Validity() {
  const { t } = useTranslation();
  const { document, set, mayWrite } = useBuilder();
  const { valid_from, valid_to } = document;
  return (
    <div className="limit" data-at="/valid_from">
      <span className="row wrap">
        <span>{t('rules.builder.valid')}</span>
        <DatePicker
          aria-label={t('rules.builder.validFrom')}
          placeholder={t('rules.builder.validFrom')}
          disabled={!mayWrite}
          value={valid_from ? dayjs(valid_from) : null}
          onChange={(next: dayjs.Dayjs | null) =>
            set(['valid_from'], next ? next.startOf('day').toISOString() : null)
          }
        />
        <DatePicker
          aria-label={t('rules.builder.validTo')}
          placeholder={t('rules.builder.validTo')}
          disabled={!mayWrite}
          value={valid_to ? dayjs(valid_to) : null}
          onChange={(next: dayjs.Dayjs | null) =>
            set(['valid_to'], next ? next.endOf('day').toISOString() : null)
          }
        />
      </span>
      <FaultNotes at="/valid_from" />
      <FaultNotes at="/valid_to" />
    </div>
  );
}

function Limit() {
  const { t } = useTranslation();
  const { document, set, mayWrite } = useBuilder();
  const { limit } = document;
  return (
    <div className="limit" data-at="/limit">
      <Checkbox
        disabled={!mayWrite}
        checked={Boolean(limit)}
        onChange={(event) =>
          set(['limit'], event.target.checked ? { times: 1, per_seconds: DAY } : null)
        }
      >
        {t('rules.builder.limit')}
      </Checkbox>
      {limit ? (
        <span className="row wrap limit-body">
          <span>{t('rules.builder.limitTimes')}</span>
          <InputNumber
            min={1}
            precision={0}
            style={{ width: 80 }}
            aria-label={t('rules.builder.limitTimes')}
            disabled={!mayWrite}
            value={limit.times}
            onChange={(times) => times && set(['limit', 'times'], times)}
          />
          <span>{t('rules.builder.limitPer')}</span>
          <PeriodInput
            label={t('rules.builder.limitPer')}
            seconds={limit.per_seconds}
            onChange={(seconds) => set(['limit', 'per_seconds'], seconds)}
          />
        </span>
      ) : null}
      <FaultNotes at="/limit" inside />
    </div>
  );
}

/** When and how often the rule may act at all. */
export function LimitsBlock() {
  const { t } = useTranslation();
  return (
    <Block title={t('rules.builder.limits')} at="/limits">
      <Hours />
      <Validity />
      <Limit />
    </Block>
  );
}
