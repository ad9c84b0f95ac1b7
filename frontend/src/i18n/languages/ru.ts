export default import.meta.glob<object>('../../*/texts/ru.json', { eager: true, import: 'default' })
