/** The menu of versions. An old build reads the list of today, so it can lead to a version that is newer than itself. */
import { useData } from 'vitepress';
import { defineComponent, h, onMounted, ref } from 'vue';

export const VersionMenu = defineComponent({
  props: { version: { type: String, required: true } },
  setup({ version }) {
    const { site, lang } = useData();
    const versions = ref<readonly string[]>([version]);
    onMounted(async () => {
      const answer = await fetch(`${site.value.base}../versions.json`).catch(() => null);
      if (answer?.ok) versions.value = (await answer.json()).versions;
    });
    const go = (event: Event) => {
      const chosen = (event.target as HTMLSelectElement).value;
      location.assign(`${site.value.base}../${chosen}/`);
    };
    return () =>
      h(
        'select',
        { class: 'versions', 'aria-label': lang.value.startsWith('zh') ? '版本' : 'Version', onChange: go },
        versions.value.map((name) => h('option', { value: name, selected: name === version }, name)),
      );
  },
});
