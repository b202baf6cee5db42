package multimodal.clip.rpc;

import java.util.function.Consumer;
import multimodal.common.v1.ModelRef;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.lifecycle.ModelQuery;
import multimodal.inference.repository.ModelId;
import multimodal.inference.rpc.GenAiSpans;
import multimodal.inference.rpc.GenAiSpans.Operation;
import multimodal.inference.rpc.ModelMessages;

/**
 * Finds the model that a request asks for, or the one that the service takes by itself. It is in use until the handle is
 * closed.
 */
public final class Models {

    /** Task of models that embed texts and pictures. */
    public static final String CLIP = "clip";

    /** Task of models that describe pictures. */
    public static final String CAPTION = "caption";

    /** Task of models that answer questions about pictures. */
    public static final String QUESTIONS = "visual-question-answering";

    /** Task of models that say whether a text fits a picture. */
    public static final String MATCHING = "image-text-matching";

    /** Task of models that continue texts. */
    public static final String TEXT = "text-generation";

    /** What {@link multimodal.inference.lifecycle.ModelRegistry#find} does. */
    @FunctionalInterface
    public interface Finder {
        ModelHandle find(ModelQuery query, RequestContext context, Consumer<ModelId> onLoading);
    }

    private final Finder finder;

    public Models(Finder finder) {
        this.finder = finder;
    }

    ModelHandle clip(ModelRef model, Call call) {
        return find(CLIP, model, call, loading -> {});
    }

    ModelHandle matching(ModelRef model, Call call) {
        return find(MATCHING, model, call, loading -> {});
    }

    /** @param onLoading hears if the call has to wait for the model to be loaded */
    ModelHandle caption(ModelRef model, Call call, Consumer<ModelId> onLoading) {
        return find(CAPTION, model, call, onLoading);
    }

    /** @param onLoading hears if the call has to wait for the model to be loaded */
    ModelHandle questions(ModelRef model, Call call, Consumer<ModelId> onLoading) {
        return find(QUESTIONS, model, call, onLoading);
    }

    /** @param onLoading hears if the call has to wait for the model to be loaded */
    ModelHandle text(ModelRef model, Call call, Consumer<ModelId> onLoading) {
        return find(TEXT, model, call, onLoading);
    }

    private ModelHandle find(String task, ModelRef model, Call call, Consumer<ModelId> onLoading) {
        GenAiSpans.asked(call.context(), operation(task), model);
        ModelHandle found = finder.find(ModelMessages.query(task, model), call.context(), onLoading);
        GenAiSpans.answered(call.context(), model, found.manifest().id());
        return found;
    }

    private static Operation operation(String task) {
        return switch (task) {
            case CLIP, MATCHING -> Operation.EMBED;
            case TEXT -> Operation.COMPLETE_TEXT;
            default -> Operation.GENERATE_TEXT;
        };
    }
}
