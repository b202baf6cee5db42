package multimodal.inference.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import multimodal.inference.lifecycle.ModelEvent;
import multimodal.inference.lifecycle.ModelState;
import multimodal.inference.repository.ModelId;
import org.junit.jupiter.api.Test;

class ModelHealthTest {

    private final Map<String, Boolean> serving = new TreeMap<>();
    private final ModelHealth health = new ModelHealth(
            Map.of("clip", Set.of("clip"), "language", Set.of("caption", "text-generation")), serving::put);

    @Test
    void nothingServesAtFirst() {
        assertThat(serving).isEqualTo(Map.of("clip", false, "language", false));
    }

    @Test
    void serviceServesWhenEveryTaskHasAReadyModel() {
        change("blip", "caption", ModelState.READY);
        assertThat(serving).isEqualTo(Map.of("clip", false, "language", false));
        change("gpt", "text-generation", ModelState.LOADING);
        assertThat(serving.get("language")).isFalse();
        change("gpt", "text-generation", ModelState.READY);
        assertThat(serving).isEqualTo(Map.of("clip", false, "language", true));
    }

    @Test
    void serviceServesAsLongAsOneModelOfTheTaskIsReady() {
        change("one", "clip", ModelState.READY);
        change("two", "clip", ModelState.READY);
        change("one", "clip", ModelState.DRAINING);
        assertThat(serving.get("clip")).isTrue();
        change("two", "clip", ModelState.CLOSED);
        assertThat(serving.get("clip")).isFalse();
    }

    @Test
    void serviceServesWhileItsModelIsOnStandbyAndComesBackForARequest() {
        change("one", "clip", ModelState.STANDBY);
        assertThat(serving.get("clip")).isTrue();
        change("one", "clip", ModelState.WAKING);
        assertThat(serving.get("clip")).isTrue();
        change("one", "clip", ModelState.FAILED);
        assertThat(serving.get("clip")).isFalse();
    }

    private void change(String name, String task, ModelState state) {
        health.changed(new ModelEvent(new ModelId(name, "1"), task, state));
    }
}
