package multimodal.clip.rpc;

import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import multimodal.clip.testing.FakeModel;
import multimodal.clip.testing.TinyModels;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.InferenceException;
import multimodal.inference.lifecycle.ModelHandle;

/** Stands in for the registry: the service under test runs on tiny models. */
@Singleton
public class ContractModels {

    private final FakeModel clip = TinyModels.clip();
    private final FakeModel caption = TinyModels.caption();
    private final FakeModel text = TinyModels.text();

    @Produces
    @Alternative
    @Priority(1)
    @Singleton
    Models models() {
        return new Models(this::find);
    }

    FakeModel clip() {
        return clip;
    }

    FakeModel caption() {
        return caption;
    }

    FakeModel text() {
        return text;
    }

    /** Makes every model well again. */
    void heal() {
        List.of(clip, caption, text).forEach(model -> model.beforeRun(RequestContext::checkLive));
    }

    /** Permits that are out. */
    int openPermits() {
        return clip.openPermits() + caption.openPermits() + text.openPermits();
    }

    private ModelHandle find(String task, Optional<String> name, Optional<String> version) {
        FakeModel model = List.of(clip, caption, text).stream()
                .filter(each -> each.manifest().task().equals(task))
                .findFirst()
                .orElseThrow();
        String known = model.manifest().id().name();
        if (!name.orElse(known).equals(known)) {
            throw InferenceException.notFound("model.name", name.get(), "one of [" + known + "]");
        }
        return model;
    }
}
