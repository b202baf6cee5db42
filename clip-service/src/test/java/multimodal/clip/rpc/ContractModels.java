package multimodal.clip.rpc;

import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.function.Consumer;
import multimodal.clip.testing.FakeModel;
import multimodal.clip.testing.TinyModels;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.InferenceException;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.lifecycle.ModelQuery;
import multimodal.inference.repository.ModelId;

/** Stands in for the registry: the service under test runs on tiny models. */
@Singleton
public class ContractModels {

    private final FakeModel clip = TinyModels.clip();
    private final FakeModel caption = TinyModels.caption();
    private final FakeModel questions = TinyModels.questions();
    private final FakeModel text = TinyModels.text();
    private final FakeModel matching = TinyModels.matching();
    private final List<FakeModel> all = List.of(clip, caption, questions, text, matching);
    private volatile boolean isLoading;

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

    FakeModel questions() {
        return questions;
    }

    FakeModel text() {
        return text;
    }

    FakeModel matching() {
        return matching;
    }

    /** From now on, until {@link #heal}, every call is told that its model is being loaded. */
    void pretendToLoad() {
        isLoading = true;
    }

    /** Makes every model well again. */
    void heal() {
        isLoading = false;
        all.forEach(model -> model.beforeRun(RequestContext::checkLive));
    }

    /** Permits and models that are out. */
    int open() {
        return all.stream()
                .mapToInt(model -> model.openPermits() + model.openUses())
                .sum();
    }

    private ModelHandle find(ModelQuery query, RequestContext context, Consumer<ModelId> onLoading) {
        FakeModel model = all.stream()
                .filter(each -> each.manifest().task().equals(query.task()))
                .findFirst()
                .orElseThrow();
        String known = model.manifest().id().name();
        if (!query.name().orElse(known).equals(known)) {
            throw InferenceException.notFound("model.name", query.name().get(), "one of [" + known + "]");
        }
        if (isLoading) {
            onLoading.accept(model.manifest().id());
        }
        return model.use();
    }
}
