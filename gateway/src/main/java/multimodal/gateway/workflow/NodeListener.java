package multimodal.gateway.workflow;

import java.util.List;
import multimodal.common.v1.Image;
import multimodal.common.v1.Progress;
import multimodal.common.v1.Token;

/** Is told how a node comes along; blocks while the client is slow. */
public interface NodeListener {
    /** A step is done; {@code previews} is empty where the step has none. */
    void onProgress(Progress progress, List<Image> previews);

    /** A token is made. */
    void onToken(Token token);
}
