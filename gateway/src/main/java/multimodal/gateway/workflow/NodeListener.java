package multimodal.gateway.workflow;

import java.util.List;
import multimodal.common.v1.Image;
import multimodal.common.v1.ModelRef;
import multimodal.common.v1.Progress;
import multimodal.common.v1.Token;

/** Is told how a node comes along; blocks while the client is slow. */
public interface NodeListener {
    /** The node waits for {@code model}, which its service is loading. */
    void onLoading(ModelRef model);

    /** A step is done; {@code previews} is empty where the step has none. */
    void onProgress(Progress progress, List<Image> previews);

    /** A token is made. */
    void onToken(Token token);
}
