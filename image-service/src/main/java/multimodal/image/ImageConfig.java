package multimodal.image;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How much the service takes on at once. */
@ConfigMapping(prefix = "image")
public interface ImageConfig {

    /** Pictures of requests that are decoded at once, 1 or more; each may take 200 MB while it is. */
    @WithDefault("2")
    int pictureDecoders();

    /** What prompts are enhanced with. */
    PromptsConfig prompts();
}
