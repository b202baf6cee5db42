package multimodal.image.steps;

import java.util.List;

/**
 * All that steers the layout of a request's pictures.
 *
 * @param list what each adds is summed up in this order; possibly empty
 * @param guessMode whether they say what is drawn even without a prompt: the slots without the prompt are not steered, and
 *     what is added far from the middle of the UNet counts less
 */
public record Controls(List<Control> list, boolean guessMode) {

    public static final Controls NONE = new Controls(List.of(), false);

    public Controls {
        list = List.copyOf(list);
    }
}
