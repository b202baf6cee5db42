package multimodal.clip.rpc;

import java.util.Optional;
import multimodal.common.v1.ModelRef;
import multimodal.inference.lifecycle.ModelHandle;

/** Finds the model that a request asks for, or the one that the service takes by itself. */
public final class Models {

    /** Task of models that embed texts and pictures. */
    public static final String CLIP = "clip";

    /** Task of models that describe pictures. */
    public static final String CAPTION = "caption";

    /** Task of models that continue texts. */
    public static final String TEXT = "text-generation";

    /** What {@link multimodal.inference.lifecycle.ModelRegistry#find} does. */
    @FunctionalInterface
    public interface Finder {
        ModelHandle find(String task, Optional<String> name, Optional<String> version);
    }

    private final Finder finder;

    public Models(Finder finder) {
        this.finder = finder;
    }

    ModelHandle clip(ModelRef model) {
        return find(CLIP, model);
    }

    ModelHandle caption(ModelRef model) {
        return find(CAPTION, model);
    }

    ModelHandle text(ModelRef model) {
        return find(TEXT, model);
    }

    private ModelHandle find(String task, ModelRef model) {
        return finder.find(task, said(model.getName()), said(model.getVersion()));
    }

    private static Optional<String> said(String value) {
        return value.isEmpty() ? Optional.empty() : Optional.of(value);
    }
}
