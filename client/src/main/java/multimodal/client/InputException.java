package multimodal.client;

/** What somebody gave to a command cannot be used; the message is one line that names it and says what can. */
public class InputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InputException(String message) {
        super(message);
    }
}
