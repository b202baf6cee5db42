/** What the tests of several modules share; no program contains it. */
package multimodal.testing;
