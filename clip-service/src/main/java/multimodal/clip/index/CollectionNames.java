package multimodal.clip.index;

import java.util.regex.Pattern;

/** What a collection may be called: its name is a folder, so it has no dot and no slash. */
public final class CollectionNames {

    /** What is allowed, for messages to people. */
    public static final String EXPECTED = "1 to 64 characters of A-Z a-z 0-9 _ -";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private CollectionNames() {}

    public static boolean isValid(String name) {
        return NAME.matcher(name).matches();
    }
}
